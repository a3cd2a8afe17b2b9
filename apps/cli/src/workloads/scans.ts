import { formatCount, SEVERITIES } from '@bulkhead/core';
import { listLines } from '../api/list-lines.ts';
import type { ApiPlace } from '../api/request-api.ts';
import type { Io } from '../io.ts';
import { advisoriesAge } from '../scan/advisories-age.ts';
import { KeptScan, placeName } from './kept-scan.ts';

export interface ScansOptions extends ApiPlace {
  readonly namespace?: string;
  readonly node?: string;
  readonly workload?: string;
  readonly vulnerability?: string;
}

/** Lists scans of containers and nodes, one a line, the latest first. */
export function scans({ namespace, node, workload, vulnerability, ...place }: ScansOptions, io: Io): Promise<number> {
  return listLines(
    place,
    {
      path: '/api/v1/scans',
      fields: { namespace, node, workload, vulnerability },
      failure: 'cannot list the scans',
      item: KeptScan,
      line: (kept) => {
        const where = kept.workload === undefined ? '' : ` on ${kept.node}`;
        return `${kept.scan}  ${placeName(kept)}${where}  ${outcomeOf(kept)}`;
      },
    },
    io,
  );
}

function outcomeOf({
  state,
  since,
  scannedAt,
  failure,
  waitsFor,
  vulnerabilities,
  gaps = 0,
  advisories,
}: KeptScan): string {
  if (state === 'failed')
    return `failed at ${since}: ${failure?.message ?? 'nobody knows why'} (${failure?.code ?? ''})`;
  if (state !== 'done') return `${state} since ${since}${waitsFor === undefined ? '' : `, waits for ${waitsFor}`}`;
  const counts = SEVERITIES.toReversed().flatMap((severity) => {
    const count = vulnerabilities[severity] ?? 0;
    return count === 0 ? [] : [`${count} ${severity}`];
  });
  const parts = [
    counts.length === 0 ? 'no vulnerability' : counts.join(', '),
    ...(gaps === 0 ? [] : [`partial: ${formatCount(gaps, 'gap')}`]),
    ...(advisories === undefined ? [] : [advisoriesAge(advisories.checkedAt) ?? 'advisories of an unknown age']),
  ];
  return `scanned at ${scannedAt ?? since}: ${parts.join('; ')}`;
}
