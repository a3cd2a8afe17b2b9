import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ImageChanges, KnownImage } from '@bulkhead/policy/images';

/** As many workloads as the bar speaks of, each with an image of its own. */
export const IMAGE_COUNT = 10_000;
/** Images share what they are made of: a handful of bases, and some libraries of the many there are. */
const BASES = 20;
const OF_BASE = 60;
const OWN = 20;
const LIBRARIES = 3_000;

type Vulnerability = NonNullable<KnownImage['scan']>['vulnerabilities'][number];

export interface ImageFeed {
  readonly address: string;
  readonly close: () => void;
}

/** Tells of images as an api does, and then that nothing has changed. `nameOf` gives the tag of each. */
export async function startImageFeed(
  tls: { readonly cert: string; readonly key: string },
  nameOf: (index: number) => string,
): Promise<ImageFeed> {
  const server = createServer(tls, (request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'https://127.0.0.1');
    const after = Number(searchParams.get('after') ?? 0);
    const end = Math.min(IMAGE_COUNT, after + Number(searchParams.get('limit')));
    const indices = Array.from({ length: end - after }, (_, step) => after + step);
    const body: ImageChanges = {
      reset: !searchParams.has('after'),
      changes: indices.map((index) => ({ digest: digestOf(index), image: imageOf(index, nameOf(index)) })),
      next: String(end),
      more: end < IMAGE_COUNT,
    };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function imageOf(index: number, name: string): KnownImage {
  const base = index % BASES;
  const vulnerabilities = [
    ...Array.from({ length: OF_BASE }, (_, step) => vulnerability(base * OF_BASE + step)),
    ...Array.from({ length: OWN }, (_, step) => vulnerability((index * 31 + step * 97) % LIBRARIES)),
  ];
  return {
    digest: digestOf(index),
    platform: 'linux/amd64',
    indexes: [],
    names: [name],
    scan: {
      scannedAt: '2026-11-01T00:00:00.000Z',
      scanners: ['vuln', 'secret'],
      gaps: 0,
      vulnerabilities,
      secrets: [],
      omitted: { vulnerabilities: 0, secrets: 0 },
    },
  };
}

/** One in a hundred is critical, of which every second has a fix. */
function vulnerability(index: number): Vulnerability {
  const severity = index % 100 === 0 ? 'critical' : index % 10 === 0 ? 'high' : 'medium';
  return {
    id: `CVE-2025-${10_000 + index}`,
    package: `library-${index % 700} 1.${index % 40}.0-1`,
    severity,
    ...(index % 200 === 0 && { fix: `1.${index % 40}.1-1` }),
    score: 5,
    epss: (index % 1_000) / 10_000,
    published: '2025-03-01T00:00:00.000Z',
  };
}

function digestOf(index: number): string {
  return `sha256:${index.toString(16).padStart(64, '0')}`;
}
