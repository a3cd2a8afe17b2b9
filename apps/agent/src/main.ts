import { formatProblem, PolicyError } from '@bulkhead/policy';
import { loadConfig, serviceMain } from '@bulkhead/runtime';
import { AgentConfig } from './config.ts';
import { runAgent } from './run.ts';
import { cleanUp } from './stop/clean-up.ts';

const USAGE = `Usage: bulkhead agent --config FILE
       bulkhead agent --clean-up

Protects the workloads of this machine that a policy selects. Prints events as JSON lines on standard
output; serves metrics and health on 127.0.0.1. Needs root. docs/reference/agent.md has every key.

  --config FILE   configuration (YAML or JSON)
  --clean-up      take back every rule that an agent left on this machine; refused while an agent runs
  --help          this text
`;

await serviceMain({
  name: 'agent',
  usage: USAGE,
  wrongUse: ['INVALID_POLICY'],
  // A policy's problems are listed, since each has a place of its own.
  detailsOf: (error) =>
    error instanceof PolicyError && error.problems.length > 1 ? error.problems.map(formatProblem) : [],
  instead: {
    'clean-up': cleanUp,
    // What the agent starts for itself. Loaded here: an agent that scans nothing does not pay for it.
    scan: async () => (await import('./scan/run-scan-job.ts')).runScanJob(),
  },
  run: (file) => runAgent(loadConfig({ schema: AgentConfig, file, environment: process.env }), file),
});
