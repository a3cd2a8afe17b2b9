import { errorLine, formatCount, printable } from '@bulkhead/core';
import { DEFAULT_SENSORS, dataSensorKind, filesOf } from '@bulkhead/dlp';
import { formatProblem, readPolicy } from '@bulkhead/policy';
import { z } from 'zod';
import { type ApiPlace, readAnswer, refusalOf, requestApi } from '../api/request-api.ts';
import { EXIT_FAILURE, EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';
import { refusedDetectors } from './own-detectors.ts';
import { readSources, requireDocuments } from './sources.ts';

export interface ApplyOptions extends ApiPlace {
  readonly dryRun: boolean;
  readonly prune: boolean;
}

const FAILURE = 'cannot apply the policy';

const Applied = z.object({
  version: z.number(),
  changes: z.array(
    z.object({
      kind: z.string(),
      name: z.string(),
      change: z.enum(['added', 'changed', 'removed']),
      paths: z.array(z.string()),
    }),
  ),
});

/** Sends the policy of files to an api, which takes all of it or nothing, and says what changed. */
export async function apply(paths: readonly string[], options: ApplyOptions, io: Io): Promise<number> {
  const sources = (await Promise.all(paths.map(readSources))).flat();
  const outcome = readPolicy(sources, { kind: dataSensorKind, provided: DEFAULT_SENSORS });
  if (!outcome.ok) return refuse(outcome.problems.map(formatProblem), io);
  requireDocuments(outcome.documents, paths, 'apply');
  // The api cannot run detectors: it would keep what every agent then refuses. It refuses sensors with files itself.
  const refused = await refusedDetectors(
    [...outcome.policy.sensors.values()].filter((one) => filesOf([one]).length === 0),
  );
  if (refused.length > 0) return refuse(refused, io);
  const { prune, dryRun } = options;
  const answer = await requestApi(options, {
    method: 'PUT',
    path: '/api/v1/policies',
    body: { documents: outcome.documents, prune, dryRun },
    failure: FAILURE,
    signal: io.signal,
  });
  if (answer.status !== 200) return refuse(refusalOf(answer, options.api, FAILURE), io);
  const applied = readAnswer(Applied, answer, options.api, FAILURE);
  await writeAll(
    io.stdout,
    applied.changes.map(({ kind, name, change, paths: places }) => {
      const where = places.length === 0 ? '' : `: ${places.join(', ')}`;
      return `${printable(`${kind}/${name} ${change}${where}`)}\n`;
    }),
  );
  const count = formatCount(applied.changes.length, 'change');
  await writeAll(io.stderr, [
    dryRun ? `${count} would be made\n` : `${count}; the policy has version ${applied.version}\n`,
  ]);
  return EXIT_OK;
}

async function refuse(lines: readonly string[], io: Io): Promise<number> {
  await writeAll(
    io.stderr,
    lines.map((line) => `${errorLine(line)}\n`),
  );
  return EXIT_FAILURE;
}
