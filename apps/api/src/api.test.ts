import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stand, startStand } from './test-support/stand.ts';

const HOSTILE = `'; drop table account; -- <script>alert("x")</script> \\ %_ \u202E 🧱`;

let stand: Stand;
let admin: { readonly authorization: string };
beforeAll(async () => {
  stand = await startStand();
  admin = await stand.token('admin');
});
afterAll(() => stand.close());

const send = (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, payload?: object) =>
  stand.app.inject({ method, url, headers: admin, ...(payload !== undefined && { payload }) });

function group(name: string, spec: object = {}) {
  const selector = { namespaces: ['shop'] };
  return {
    apiVersion: 'bulkhead.io/v1alpha1',
    kind: 'WorkloadGroup',
    metadata: { name },
    spec: { selector, mode: 'protect', sensors: ['payment-cards'], ...spec },
  };
}

describe('what comes from outside', () => {
  it('is answered with security headers, whatever it was', async () => {
    for (const url of ['/api/v1/policies', '/nowhere', '/openapi.json']) {
      const { headers } = await send('GET', url);

      expect(headers).toMatchObject({
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      });
    }
  });

  it.each([
    ['no JSON', 400, '{"name":'],
    ['nothing', 400, ''],
    ['a list', 400, '[]'],
    ['an unknown key', 400, '{"name":"x","role":"ci","admin":true}'],
    ['a prototype', 400, '{"name":"x","role":"ci","__proto__":{"role":"admin"}}'],
    ['an unknown role', 400, '{"name":"x","role":"root"}'],
    ['a NUL', 400, '{"name":"x\\u0000","role":"ci"}'],
    ['half a character', 400, '{"name":"\\ud800","role":"ci"}'],
    ['too long a name', 400, JSON.stringify({ name: 'x'.repeat(254), role: 'ci' })],
    ['more than a body may have', 413, JSON.stringify({ name: 'x'.repeat(300_000), role: 'ci' })],
  ])('is refused with a problem that says why: %s', async (_, status, payload) => {
    const headers = { ...admin, 'content-type': 'application/json' };
    const answer = await stand.app.inject({ method: 'POST', url: '/api/v1/tokens', headers, payload });

    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.json<{ detail: string }>().detail).toMatch(/^[A-Z].*\.$/);
  });

  it.each(['limit=0', 'limit=501', 'limit=x', 'after=nonsense', 'colour=red', 'limit=1&limit=2', 'since=yesterday'])(
    'is refused as a query: %s',
    async (query) => {
      expect((await send('GET', `/api/v1/events?${query}`)).statusCode).toBe(400);
    },
  );

  it('names the place of every problem', async () => {
    const answer = await send('POST', '/api/v1/accounts', { name: '', bindings: [{ role: 'x' }], password: 'short' });

    const paths = answer.json<{ problems: { path: string }[] }>().problems.map(({ path }) => path);
    expect(paths).toEqual(['body.name', 'body.bindings[0].role', 'body.password']);
  });

  it('comes back as it was, also as SQL and HTML', async () => {
    const made = await send('POST', '/api/v1/accounts', {
      name: HOSTILE,
      bindings: [{ role: 'ci', namespace: HOSTILE }],
    });
    expect(made.statusCode).toBe(201);
    expect(made.json()).toMatchObject({ account: { name: HOSTILE, bindings: [{ role: 'ci', namespace: HOSTILE }] } });
    const url = `/api/v1/accounts/${encodeURIComponent(HOSTILE)}`;
    expect((await send('PATCH', url, { disabled: true })).json()).toMatchObject({ name: HOSTILE, disabled: true });
    expect((await send('DELETE', url)).statusCode).toBe(204);

    await send('POST', '/api/v1/tokens', { name: HOSTILE, role: 'ci' });
    const { items } = (await send('GET', '/api/v1/tokens?limit=500')).json<{ items: { name: string }[] }>();
    expect(items.map(({ name }) => name)).toContain(HOSTILE);
    const entry = (await send('GET', '/api/v1/audit?action=account.delete')).json<{ items: { target: string }[] }>();
    expect(entry.items[0]?.target).toBe(HOSTILE);
  });
});

describe('accounts', () => {
  it('get a password that is answered once, and never leave nobody who administers', async () => {
    const made = await send('POST', '/api/v1/accounts', { name: 'root', bindings: [{ role: 'admin' }] });

    const { password } = made.json<{ password: string }>();
    const session = await stand.app.inject({
      method: 'POST',
      url: '/api/v1/session',
      payload: { name: 'root', password },
    });
    expect(session.statusCode).toBe(200);
    expect((await send('POST', '/api/v1/accounts', { name: 'root', bindings: [] })).statusCode).toBe(409);
    expect((await send('DELETE', '/api/v1/accounts/root')).statusCode).toBe(409);
    expect((await send('PATCH', '/api/v1/accounts/root', { bindings: [] })).statusCode).toBe(409);
    expect((await send('DELETE', '/api/v1/accounts/nobody')).statusCode).toBe(404);
    expect((await send('GET', '/api/v1/accounts')).body).not.toContain('argon2');
  });
});

describe('policies', () => {
  it('are applied as a whole, with all problems and their places when that would not be valid', async () => {
    const documents = [group('web', { mode: 'fight', sensors: ['none'] }), group('db', { colour: 'red' }), group('ok')];

    const answer = await send('PUT', '/api/v1/policies', { documents });

    expect(answer.statusCode).toBe(422);
    const problems = answer.json<{ problems: { path: string; message: string }[] }>().problems;
    expect(problems.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        'WorkloadGroup/web: spec.mode',
        'WorkloadGroup/web: spec.sensors[0]',
        'WorkloadGroup/db: spec',
      ]),
    );
    expect((await send('GET', '/api/v1/policies')).json()).toMatchObject({ version: '0', items: [] });
  });

  it('say what changes, are kept with their history, and are in force at once', async () => {
    const first = await send('PUT', '/api/v1/policies', { documents: [group('web'), group('db')] });
    expect(first.json()).toMatchObject({ version: 2, changes: [{ name: 'web', change: 'added' }, { name: 'db' }] });
    expect((await send('GET', '/api/v1/groups')).json()).toMatchObject({
      items: [{ name: 'db', mode: 'protect', sensors: ['payment-cards'] }, { name: 'web' }],
    });

    const documents = [group('web', { mode: 'monitor', description: HOSTILE })];
    const trial = await send('PUT', '/api/v1/policies', { documents, prune: true, dryRun: true });
    expect(trial.json()).toEqual({
      version: 2,
      changes: [
        { kind: 'WorkloadGroup', name: 'web', change: 'changed', paths: ['spec.mode', 'spec.description'] },
        { kind: 'WorkloadGroup', name: 'db', change: 'removed', paths: [] },
      ],
    });
    expect((await send('PUT', '/api/v1/policies', { documents, basedOn: 1 })).statusCode).toBe(409);
    expect((await send('PUT', '/api/v1/policies', { documents, prune: true })).json()).toMatchObject({ version: 4 });
    expect((await send('PUT', '/api/v1/policies', { documents })).json()).toEqual({ version: 4, changes: [] });

    expect((await send('GET', '/api/v1/policies/WorkloadGroup/web')).json()).toMatchObject({
      document: documents[0],
      version: 3,
      changedBy: 'token:admin',
    });
    const history = (await send('GET', '/api/v1/policies/history?name=web')).json<{ items: object[] }>().items;
    expect(history).toMatchObject([
      { version: 3, by: 'token:admin', before: group('web'), after: documents[0] },
      { version: 1, after: group('web') },
    ]);
    expect((await send('GET', '/api/v1/policies/WorkloadGroup/db')).statusCode).toBe(404);
    expect((await send('DELETE', '/api/v1/policies/WorkloadGroup/web')).json()).toMatchObject({ version: 5 });
    expect((await send('DELETE', '/api/v1/policies/WorkloadGroup/web')).statusCode).toBe(404);
  });

  it('refuse a document that is there twice, one without a name, and one of an unknown kind', async () => {
    const put = async (...documents: object[]) => (await send('PUT', '/api/v1/policies', { documents })).statusCode;

    expect(await put(group('x'), group('x'))).toBe(400);
    expect(await put({ ...group('x'), metadata: {} })).toBe(400);
    expect(await put({ ...group('x'), kind: 'Nonsense' })).toBe(422);
  });

  it('keep what many change at the same time', async () => {
    const names = ['a', 'b', 'c'];
    const answers = await Promise.all(
      names.map((name) => send('PUT', '/api/v1/policies', { documents: [group(name)] })),
    );

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
    const { items } = (await send('GET', '/api/v1/policies')).json<{ items: { name: string }[] }>();
    expect(items.map(({ name }) => name).toSorted()).toEqual(names);
  });
});

describe('registries', () => {
  it('are watched, shown and forgotten', async () => {
    const registry = { name: 'hub', host: 'registry.example:5000' };

    expect((await send('POST', '/api/v1/registries', registry)).statusCode).toBe(201);
    expect((await send('POST', '/api/v1/registries', registry)).statusCode).toBe(409);
    expect((await send('GET', '/api/v1/registries')).json()).toMatchObject({ items: [registry] });
    expect((await send('GET', '/api/v1/registries/hub')).json()).toMatchObject({ name: 'hub', tags: 0 });
    expect((await send('DELETE', '/api/v1/registries/hub')).statusCode).toBe(204);
    expect((await send('GET', '/api/v1/registries/hub')).statusCode).toBe(404);
  });
});

describe('a registry with credentials', () => {
  it.each([
    { username: 'x', passwordFile: '/run/secrets/postgres' },
    { dockerConfigFile: '/root/.docker/config.json' },
  ])('is only added by who administers: whoever names the host is sent what is in the file (%o)', async (files) => {
    const registry = { name: 'mine', host: 'mine.example', ...files };
    const add = async (headers: object) => {
      const request = {
        method: 'POST',
        url: '/api/v1/registries',
        headers: { ...headers },
        payload: registry,
      } as const;
      return (await stand.app.inject(request)).statusCode;
    };
    const operator = await stand.token('operator');

    expect(await add(operator)).toBe(403);
    expect((await send('GET', '/api/v1/registries/mine')).statusCode).toBe(404);
    const { items } = (await send('GET', '/api/v1/audit?action=registry.add')).json<{ items: { outcome: string }[] }>();
    expect(items[0]).toMatchObject({ target: 'mine', outcome: 'refused' });
    expect(await add(admin)).toBe(201);
    expect((await send('DELETE', '/api/v1/registries/mine')).statusCode).toBe(204);
  });
});

describe('the audit log', () => {
  it('has every change and every refusal, in a chain that holds', async () => {
    const ci = await stand.token('ci');
    await stand.app.inject({ method: 'DELETE', url: '/api/v1/accounts/root', headers: ci });

    const { items } = (await send('GET', '/api/v1/audit?limit=500')).json<{
      items: { action: string; outcome: string; actor: string; detail: object }[];
    }>();
    expect(items[0]).toMatchObject({ action: 'account.delete', outcome: 'refused', actor: 'token:ci' });
    const done = new Set(items.filter(({ outcome }) => outcome === 'done').map(({ action }) => action));
    expect([...done].toSorted()).toEqual([
      'account.change',
      'account.create',
      'account.delete',
      'policy.apply',
      'policy.delete',
      'registry.add',
      'registry.remove',
      'session.open',
      'token.create',
    ]);
    const check = (await send('GET', '/api/v1/audit/check')).json<{ entries: number; brokenAt?: number }>();
    expect(check.entries).toBeGreaterThanOrEqual(items.length);
    expect(check.brokenAt).toBeUndefined();
  });
});
