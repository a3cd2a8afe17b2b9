import { WatchedRegistry } from '@bulkhead/scanner/registry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stand, startStand } from './test-support/stand.ts';

const URL = '/api/v1/images/scan-requests';
const DIGEST = `sha256:${'a'.repeat(64)}`;

let stand: Stand;
beforeAll(async () => {
  stand = await startStand();
  const filters = { repositories: { include: ['shop/*'] }, tags: { exclude: ['*-rc'] } };
  await stand.store.registries.add(WatchedRegistry.parse({ name: 'hub', host: 'R.example:443', ...filters }));
  await stand.store.registries.add(WatchedRegistry.parse({ name: 'docker', host: 'docker.io' }));
});
afterAll(() => stand.close());

describe('requests for scans', () => {
  it('are kept for the workers, each once, where a registry is watched that has the image', async () => {
    const images = [
      'r.example/shop/web:1',
      'r.example/shop/web:1',
      `r.example/shop/web:old@${DIGEST}`,
      `r.example/shop/web:2-rc@${DIGEST}`,
      'nginx',
      'r.example/shop/web:2-rc',
      'r.example/other:1',
      'elsewhere.example/web:1',
      'no reference',
    ];
    const answer = await ask(images, 'webhook');

    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toEqual({
      queued: [
        'r.example/shop/web:1',
        `r.example/shop/web:old@${DIGEST}`,
        `r.example/shop/web:2-rc@${DIGEST}`,
        'nginx',
      ],
      unwatched: ['r.example/shop/web:2-rc', 'r.example/other:1', 'elsewhere.example/web:1', 'no reference'],
      refused: [],
    });
    expect((await ask(['docker.io/library/nginx:1'], 'ci')).json()).toMatchObject({ unwatched: [] });
    await ask(images, 'operator');
    expect(await stand.store.wantedImages.wanted(10)).toEqual([
      { registry: 'hub', repository: 'shop/web', reference: '1' },
      { registry: 'hub', repository: 'shop/web', reference: DIGEST },
      { registry: 'docker', repository: 'library/nginx', reference: 'latest' },
      { registry: 'docker', repository: 'library/nginx', reference: '1' },
    ]);
  });

  it.each([
    [403, 'auditor', ['a:1']],
    [400, 'webhook', []],
    [400, 'webhook', Array.from({ length: 101 }, (_, index) => `a:${index}`)],
    [400, 'webhook', ['x'.repeat(1_001)]],
    [400, 'webhook', [{ image: 'a:1' }]],
  ] as const)('are answered with %s for %s: %j', async (status, role, images) => {
    expect((await ask(images, role)).statusCode).toBe(status);
  });
});

async function ask(images: readonly unknown[], role: Parameters<Stand['token']>[0]) {
  return stand.app.inject({ method: 'POST', url: URL, headers: await stand.token(role), payload: { images } });
}
