import { WatchedRegistry } from '@bulkhead/scanner/registry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Registry } from '../registry/registry.ts';
import { OpenRegistries } from './open-registries.ts';

const HUB = WatchedRegistry.parse({ name: 'hub', host: 'registry.example', insecure: true });

let registries: OpenRegistries;
beforeEach(() => {
  registries = new OpenRegistries();
});
afterEach(() => registries.close());

describe('registries that stay open', () => {
  it('serve one image after the other, and several at once', async () => {
    const first = await opened();

    for (const again of await Promise.all([opened(), opened()])) expect(again).toBe(first);
  });

  it('are opened anew after a failure, which may be one of what their files said', async () => {
    const first = await opened();
    await expect(registries.use(HUB, () => Promise.reject(new Error('denied')))).rejects.toThrow('denied');

    expect(await opened()).not.toBe(first);
  });

  it('are others when they are to be asked in another way', async () => {
    expect(await opened({ ...HUB, username: 'ci', passwordFile: '/run/secrets/hub' })).not.toBe(await opened());
  });

  it('are closed only when their last user is done', async () => {
    let closed = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    const using = registries.use(HUB, async (open) => {
      open.close = () => {
        closed += 1;
      };
      await promise;
    });
    await opened();

    registries.close();
    expect(closed).toBe(0);
    resolve();
    await using;
    await opened();
    expect(closed).toBe(1);
  });

  it('say what is wrong with their files, each time they are asked', async () => {
    const unreadable = { ...HUB, caFile: '/nonexistent/ca.pem' };

    await expect(opened(unreadable)).rejects.toMatchObject({ code: 'REGISTRY_FAILED' });
    await expect(opened(unreadable)).rejects.toMatchObject({ code: 'REGISTRY_FAILED' });
  });
});

function opened(registry = HUB): Promise<Registry> {
  return registries.use(registry, (open) => Promise.resolve(open));
}
