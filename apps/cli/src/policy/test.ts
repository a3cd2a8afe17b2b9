import { errorLine, formatCount, printable, systemClock } from '@bulkhead/core';
import { formatProblem, PolicyError, runPolicyTests } from '@bulkhead/policy';
import { CliError } from '../error.ts';
import { EXIT_FAILURE, EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';
import { readSources } from './sources.ts';

/** The kinds of documents that cases are decided by. */
const JUDGING = 'AdmissionPolicy, NetworkRuleSet, ProcessPolicy or FilePolicy';

/** Runs the policy tests of files, and says of each case whether it was decided as expected. */
export async function test(paths: readonly string[], io: Io): Promise<number> {
  const outcome = runPolicyTests((await Promise.all(paths.map(readSources))).flat(), systemClock.now());
  if (!outcome.ok) throw new PolicyError(outcome.problems);
  const { results, policies } = outcome;
  const lacking = results.length === 0 ? 'PolicyTest' : policies === 0 ? JUDGING : undefined;
  if (lacking !== undefined) {
    const why = `no ${lacking} is in ${paths.join(', ')}`;
    const fix = 'name the files of policies and of their tests; docs/reference/admission.md shows how to write them';
    throw new CliError('USAGE', { what: 'there is nothing to test', why, fix });
  }
  const failed = results.filter(({ problems }) => problems.length > 0);
  await writeAll(
    io.stdout,
    results.map(({ name, problems }) => `${problems.length === 0 ? 'ok    ' : 'failed'}  ${printable(name)}\n`),
  );
  await writeAll(
    io.stderr,
    failed.flatMap(({ problems }) => problems.map((problem) => `${errorLine(formatProblem(problem))}\n`)),
  );
  await writeAll(io.stderr, [`${formatCount(results.length, 'case')}: ${failed.length} failed\n`]);
  return failed.length === 0 ? EXIT_OK : EXIT_FAILURE;
}
