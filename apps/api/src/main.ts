import { formatProblem, PolicyError } from '@bulkhead/policy';
import { loadConfig, serviceMain } from '@bulkhead/runtime';
import { ApiConfig } from './config.ts';
import { runApi } from './run.ts';

const USAGE = `Usage: bulkhead api --config FILE

Serves the control plane: REST over HTTPS for people and programs, and the streams of agents. Prints
events as JSON lines on standard output. docs/reference/api.md has every key and every route.

  --config FILE   configuration (YAML or JSON)
  --help          this text
`;

await serviceMain({
  name: 'api',
  usage: USAGE,
  wrongUse: ['INVALID_POLICY', 'INVALID_CERTIFICATE', 'INVALID_SECRET', 'POLICY_UNAVAILABLE'],
  // A policy's problems are listed, since each has a place of its own.
  detailsOf: (error) =>
    error instanceof PolicyError && error.problems.length > 1 ? error.problems.map(formatProblem) : [],
  run: (file) => runApi(loadConfig({ schema: ApiConfig, file, environment: process.env })),
});
