import { formatCount, SEVERITIES } from '@bulkhead/core';
import { z } from 'zod';
import { listLines } from '../api/list-lines.ts';
import type { ListOptions } from '../api/list-options.ts';
import type { Io } from '../io.ts';

export interface ImagesOptions extends ListOptions {
  readonly registry?: string;
  readonly vulnerability?: string;
}

const ListedImage = z.looseObject({
  digest: z.string(),
  platform: z.string(),
  names: z.array(z.string()),
  status: z.string(),
  failure: z.string().optional(),
  scannedAt: z.string().optional(),
  vulnerabilities: z.record(z.string(), z.number()),
  secrets: z.number(),
});

/** Lists the images of watched registries with what counts in each, one a line. */
export function list({ registry, vulnerability, limit, format, ...place }: ImagesOptions, io: Io): Promise<number> {
  return listLines(
    place,
    {
      path: '/api/v1/images',
      fields: { registry, vulnerability },
      failure: 'cannot list the images',
      item: ListedImage,
      line: (image) => {
        const { digest, names, platform } = image;
        const [first = 'no tag leads to it', ...others] = names;
        const named = others.length === 0 ? first : `${first} and ${formatCount(others.length, 'more tag')}`;
        return `${digest}  ${named}  ${platform}  ${outcomeOf(image)}`;
      },
      most: limit,
      format,
    },
    io,
  );
}

function outcomeOf({ status, failure, scannedAt, vulnerabilities, secrets }: z.output<typeof ListedImage>): string {
  if (status === 'pending') return 'not scanned yet';
  if (status === 'failed') return `it cannot be scanned: ${failure ?? 'nobody knows why'}`;
  const counts = SEVERITIES.toReversed().flatMap((severity) => {
    const count = vulnerabilities[severity] ?? 0;
    return count === 0 ? [] : [`${count} ${severity}`];
  });
  const parts = [
    counts.length === 0 ? 'no vulnerability' : counts.join(', '),
    ...(secrets === 0 ? [] : [formatCount(secrets, 'secret')]),
    ...(status === 'partial' ? ['partial: not everything could be looked at'] : []),
  ];
  return `scanned${scannedAt === undefined ? '' : ` at ${scannedAt}`}: ${parts.join('; ')}`;
}
