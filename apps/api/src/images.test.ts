import type { Finding } from '@bulkhead/scanner';
import { WatchedRegistry } from '@bulkhead/scanner/registry';
import { image, scanOf, vulnerability } from '@bulkhead/store/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stand, startStand } from './test-support/stand.ts';

const digestOf = (digit: number): string => `sha256:${String(digit).repeat(64)}`;

let stand: Stand;
beforeAll(async () => {
  stand = await startStand();
  await stand.store.registries.add(WatchedRegistry.parse({ name: 'hub', host: 'r.example' }));
  await scanned(1, 'shop/web', [vulnerability('CVE-2021-44228', 'log4j-core'), vulnerability('CVE-2024-1', 'zlib')]);
  const suppressed = { by: 'vex', statement: 'vex.json', reason: 'not reachable' } as const;
  await scanned(2, 'shop/api', [{ ...vulnerability('CVE-2021-44228', 'log4j-core'), suppressed }]);
  await stand.store.scans.noteImages(digestOf(3), [
    { digest: digestOf(3), os: 'linux', architecture: 'arm', variant: 'v7' },
  ]);
  await stand.store.scans.noteFailure(digestOf(3), { code: 'X', message: 'no layers', at: '2026-11-26T08:00:00.000Z' });
});
afterAll(() => stand.close());

describe('images', () => {
  it('are listed with what was found in each, in portions', async () => {
    const first = await get<Listed>('/api/v1/images?limit=2');
    const second = await get<Listed>(`/api/v1/images?limit=2&after=${first.next ?? ''}`);

    expect(first.items).toMatchObject([
      { digest: digestOf(1), names: ['r.example/shop/web:1'], status: 'complete', vulnerabilities: { high: 2 } },
      { digest: digestOf(2), status: 'complete', vulnerabilities: {}, secrets: 0 },
    ]);
    expect(second).toEqual({
      items: [
        {
          digest: digestOf(3),
          platform: 'linux/arm/v7',
          names: [],
          status: 'failed',
          failure: 'no layers',
          vulnerabilities: {},
          secrets: 0,
        },
      ],
    });
  });

  it('are found by a vulnerability that counts in them, and by their registry', async () => {
    const digests = async (query: string): Promise<readonly string[]> =>
      (await get<Listed>(`/api/v1/images?${query}`)).items.map(({ digest }) => digest);

    expect(await digests('vulnerability=CVE-2021-44228')).toEqual([digestOf(1)]);
    expect(await digests('vulnerability=CVE-1999-1')).toEqual([]);
    expect(await digests('registry=hub')).toEqual([digestOf(1), digestOf(2)]);
    expect(await digests("registry=hub&vulnerability=';drop table image;--")).toEqual([]);
  });

  it('are shown one by one, with their findings in portions', async () => {
    expect(await get(`/api/v1/images/${digestOf(1)}`)).toMatchObject({ digest: digestOf(1), scanners: ['vuln'] });
    const first = await get<Listed>(`/api/v1/images/${digestOf(1)}/findings?limit=1`);
    const second = await get<Listed>(`/api/v1/images/${digestOf(1)}/findings?limit=1&after=${first.next ?? ''}`);

    expect([...first.items, ...second.items]).toMatchObject([{ id: 'CVE-2021-44228' }, { id: 'CVE-2024-1' }]);
    expect(second.next).toBeUndefined();
    expect(await get(`/api/v1/images/${digestOf(2)}/findings`)).toMatchObject({
      items: [{ suppressed: { statement: 'vex.json' } }],
    });
  });

  it.each([
    [404, `/api/v1/images/${digestOf(9)}`],
    [404, `/api/v1/images/${digestOf(3)}/findings`],
    [400, '/api/v1/images/latest'],
    [400, '/api/v1/images/sha256:..%2f..%2fetc'],
    [400, `/api/v1/images/${digestOf(1)}/findings?after=nonsense`],
    [400, '/api/v1/images/changes?after=nonsense'],
    [400, '/api/v1/images/changes?limit=100000'],
  ])('are answered with %s for %s', async (status, url) => {
    const answer = await stand.app.inject({ url, headers: await stand.token('auditor') });

    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
  });
});

interface Listed {
  readonly items: readonly { readonly digest: string }[];
  readonly next?: string;
}

async function get<Answer>(url: string): Promise<Answer> {
  const answer = await stand.app.inject({ url, headers: await stand.token('auditor') });
  expect(answer.statusCode).toBe(200);
  return answer.json<Answer>();
}

async function scanned(digit: number, repository: string, findings: readonly Finding[]): Promise<void> {
  const one = scanOf(repository, { image: image('', { digest: digestOf(digit) }), scanners: ['vuln'], findings });
  const { digest } = one.image;
  await stand.store.scans.noteImages(digest, [one.image]);
  await stand.store.scans.noteTags('hub', repository, [{ tag: '1', digest }], true);
  await stand.store.scans.record(one);
}
