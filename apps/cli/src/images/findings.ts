import type { Severity } from '@bulkhead/core';
import { z } from 'zod';
import { listLines } from '../api/list-lines.ts';
import type { ListOptions } from '../api/list-options.ts';
import type { Io } from '../io.ts';

export interface FindingsOptions extends ListOptions {
  readonly severity?: ReadonlySet<Severity>;
}

/** What lines say of findings of every kind; what kinds have beside it is for programs. */
const ListedFinding = z.looseObject({
  id: z.string(),
  severity: z.string(),
  title: z.string().optional(),
  masked: z.string().optional(),
  package: z.looseObject({ name: z.string(), version: z.string() }).optional(),
  fixedVersions: z.array(z.string()).default([]),
  location: z.looseObject({ path: z.string() }).optional(),
  suppressed: z.looseObject({ reason: z.string() }).optional(),
});

/** Lists what was found in an image, one finding a line, those that do not count with the reason. */
export function findings(
  digest: string,
  { severity, limit, format, ...place }: FindingsOptions,
  io: Io,
): Promise<number> {
  return listLines(
    place,
    {
      path: `/api/v1/images/${encodeURIComponent(digest)}/findings`,
      failure: 'cannot list the findings',
      item: ListedFinding,
      isListed: (finding) => severity === undefined || severity.has(finding.severity as Severity),
      line: (finding) => {
        const { name, version } = finding.package ?? {};
        const [fixed] = finding.fixedVersions;
        return [
          finding.severity,
          finding.id,
          ...(name === undefined ? [finding.location?.path ?? ''] : [`${name} ${version}`]),
          ...(fixed === undefined ? [] : [`fixed in ${fixed}`]),
          ...(finding.suppressed === undefined ? [] : [`does not count: ${finding.suppressed.reason}`]),
          finding.title ?? finding.masked ?? '',
        ]
          .filter((part) => part !== '')
          .join('  ');
      },
      most: limit,
      format,
    },
    io,
  );
}
