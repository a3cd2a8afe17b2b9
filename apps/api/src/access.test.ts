import { ROLES, type Role } from '@bulkhead/control-plane';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD, type Stand, startStand } from './test-support/stand.ts';

const ALL: readonly Role[] = ROLES;
const WORK: readonly Role[] = ['admin', 'auditor', 'operator'];
const HANDS: readonly Role[] = ['admin', 'operator'];
const ADMIN: readonly Role[] = ['admin'];
/** Who has to do with policies. */
const AUTHORS: readonly Role[] = ['admin', 'auditor', 'ci', 'operator'];
const CHECKERS: readonly Role[] = ['admin', 'auditor'];

/** Who may use what. A route that is not here fails the test, and so does one that is gone. */
const MAY: Readonly<Record<string, readonly Role[]>> = {
  'GET /api/v1/session': ALL,
  'DELETE /api/v1/session': ALL,
  'DELETE /api/v1/session/oidc': ALL,
  'PUT /api/v1/session/password': ALL,
  'GET /api/v1/accounts': CHECKERS,
  'POST /api/v1/accounts': ADMIN,
  'PATCH /api/v1/accounts/{name}': ADMIN,
  'DELETE /api/v1/accounts/{name}': ADMIN,
  'GET /api/v1/tokens': CHECKERS,
  'POST /api/v1/tokens': ADMIN,
  'DELETE /api/v1/tokens/{id}': ADMIN,
  'GET /api/v1/audit': CHECKERS,
  'GET /api/v1/audit/check': CHECKERS,
  'GET /api/v1/policies': AUTHORS,
  'PUT /api/v1/policies': ['admin', 'ci', 'operator'],
  'GET /api/v1/policies/history': AUTHORS,
  'GET /api/v1/policies/learned': WORK,
  'GET /api/v1/policies/{kind}/{name}': AUTHORS,
  'DELETE /api/v1/policies/{kind}/{name}': ['admin', 'ci', 'operator'],
  'GET /api/v1/groups': AUTHORS,
  'GET /api/v1/response-rules': AUTHORS,
  'GET /api/v1/workloads': WORK,
  'GET /api/v1/workloads/{id}': WORK,
  'POST /api/v1/workloads/{id}/actions': HANDS,
  'GET /api/v1/scans': WORK,
  'GET /api/v1/scans/{scan}': WORK,
  'GET /api/v1/scans/{scan}/findings': WORK,
  'GET /api/v1/scans/{scan}/sbom': WORK,
  'GET /api/v1/events': WORK,
  'GET /api/v1/events/{id}': WORK,
  'GET /api/v1/events/{id}/capture': HANDS,
  'GET /api/v1/events/{id}/sbom': WORK,
  'GET /api/v1/flows': WORK,
  'GET /api/v1/programs': WORK,
  'GET /api/v1/files': WORK,
  'GET /api/v1/incidents': WORK,
  'GET /api/v1/incidents/{id}': WORK,
  'PATCH /api/v1/incidents/{id}': HANDS,
  'GET /api/v1/agents': WORK,
  'DELETE /api/v1/agents/{id}': HANDS,
  'POST /api/v1/agents/{id}/actions': HANDS,
  'GET /api/v1/enrolment-tokens': WORK,
  'POST /api/v1/enrolment-tokens': HANDS,
  'DELETE /api/v1/enrolment-tokens/{id}': HANDS,
  'GET /api/v1/registries': WORK,
  'GET /api/v1/registries/{name}': WORK,
  'POST /api/v1/images/scan-requests': [...HANDS, 'ci', 'webhook'],
  'POST /api/v1/registries': HANDS,
  'DELETE /api/v1/registries/{name}': HANDS,
  'GET /api/v1/alerts/sinks': WORK,
  'POST /api/v1/alerts/sinks/{name}/test': HANDS,
  'GET /api/v1/alerts/dead': WORK,
  'POST /api/v1/alerts/dead/retry': HANDS,
  'POST /api/v1/alerts/dead/{id}/retry': HANDS,
  'DELETE /api/v1/alerts/dead': HANDS,
  'DELETE /api/v1/alerts/dead/{id}': HANDS,
  'GET /api/v1/images': ALL,
  'GET /api/v1/images/changes': ALL,
  'GET /api/v1/images/{digest}': ALL,
  'GET /api/v1/images/{digest}/findings': ALL,
};
const PUBLIC = [
  'POST /api/v1/session',
  'GET /api/v1/session/methods',
  'GET /api/v1/session/oidc',
  'GET /api/v1/session/oidc/callback',
];

let stand: Stand;
beforeAll(async () => {
  stand = await startStand();
});
afterAll(() => stand.close());

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

function split(route: string): { readonly method: Method; readonly url: string } {
  const [method = '', path = ''] = route.split(' ');
  return { method: method as Method, url: path.replaceAll(/\{\w+\}/g, '1') };
}

describe('routes', () => {
  it('are those that the table of roles knows', () => {
    const { paths = {} } = stand.app.swagger();
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods ?? {}).map((method) => `${method.toUpperCase()} ${path}`),
    );

    expect(routes.toSorted()).toEqual([...Object.keys(MAY), ...PUBLIC].toSorted());
  });

  it.each(Object.keys(MAY))('%s is refused to who does not say who they are', async (route) => {
    for (const headers of [{}, { authorization: 'Bearer nonsense' }, { authorization: 'Basic YTpi' }]) {
      const answer = await stand.app.inject({ ...split(route), headers });

      expect(answer.statusCode).toBe(401);
      expect(answer.headers['content-type']).toBe('application/problem+json');
    }
  });

  for (const role of ROLES) {
    it.each(Object.keys(MAY))(`%s is for the role ${role} as the table says`, async (route) => {
      const answer = await stand.app.inject({ ...split(route), headers: await stand.token(role) });

      expect(answer.statusCode === 403 ? 'refused' : 'let in').toBe(MAY[route]?.includes(role) ? 'let in' : 'refused');
      expect(answer.statusCode).not.toBe(401);
      expect(answer.statusCode).toBeLessThan(500);
    });
  }

  it('are described as OpenAPI 3.1, each with a summary and what it answers', async () => {
    const answer = await stand.app.inject({ method: 'GET', url: '/openapi.json' });
    const document = answer.json<{ openapi: string; paths: Record<string, Record<string, Record<string, unknown>>> }>();

    expect(document.openapi).toBe('3.1.0');
    for (const methods of Object.values(document.paths)) {
      for (const route of Object.values(methods)) {
        expect(route['summary']).toMatch(/^[A-Z]/);
        expect(Object.keys(Object(route['responses']) as object)).not.toEqual([]);
      }
    }
  });
});

describe('tokens', () => {
  it('end with their time and when they are revoked', async () => {
    const admin = await stand.token('admin');
    const made = await stand.app.inject({
      method: 'POST',
      url: '/api/v1/tokens',
      headers: admin,
      payload: { name: 'pipeline', role: 'ci', days: 1 },
    });
    const { token, details } = made.json<{ token: string; details: { id: string } }>();
    const use = async (): Promise<number> =>
      (await stand.app.inject({ url: '/api/v1/policies', headers: { authorization: `Bearer ${token}` } })).statusCode;

    expect(await use()).toBe(200);
    stand.clock.at += 25 * 3_600_000;
    expect(await use()).toBe(401);
    stand.clock.at -= 25 * 3_600_000;
    await stand.app.inject({ method: 'DELETE', url: `/api/v1/tokens/${details.id}`, headers: admin });
    expect(await use()).toBe(401);
  });
});

describe('signing in', () => {
  const open = (name: string, password: string) =>
    stand.app.inject({ method: 'POST', url: '/api/v1/session', payload: { name, password } });

  it('gives a cookie that no script reads, and lets changes pass only with what belongs beside it', async () => {
    await stand.account('ada', [{ role: 'admin' }]);

    const answer = await open('ada', PASSWORD);

    expect(answer.statusCode).toBe(200);
    const cookie = String(answer.headers['set-cookie']);
    expect(cookie).toMatch(/^__Host-bulkhead=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
    const { csrfToken } = answer.json<{ csrfToken: string }>();
    const headers = { cookie: cookie.split(';', 1)[0] ?? '' };
    const change = (more: object) =>
      stand.app.inject({
        method: 'POST',
        url: '/api/v1/enrolment-tokens',
        headers: { ...headers, ...more },
        payload: {},
      });
    expect((await stand.app.inject({ url: '/api/v1/session', headers })).json()).toMatchObject({ name: 'ada' });
    expect((await change({})).statusCode).toBe(403);
    expect((await change({ 'x-csrf-token': 'x' })).statusCode).toBe(403);
    expect((await change({ 'x-csrf-token': csrfToken })).statusCode).toBe(201);

    const out = { ...headers, 'x-csrf-token': csrfToken };
    expect((await stand.app.inject({ method: 'DELETE', url: '/api/v1/session', headers: out })).statusCode).toBe(204);
    expect((await stand.app.inject({ url: '/api/v1/session', headers })).statusCode).toBe(401);
  });

  it('ends a session that is idle, and all of an account that gets another password', async () => {
    await stand.account('bob', [{ role: 'operator' }]);
    const session = async () => {
      const answer = await open('bob', PASSWORD);
      const cookie = String(answer.headers['set-cookie']).split(';', 1)[0] ?? '';
      return { cookie, 'x-csrf-token': answer.json<{ csrfToken: string }>().csrfToken };
    };
    const idle = await session();
    stand.clock.at += 61 * 60_000;
    expect((await stand.app.inject({ url: '/api/v1/session', headers: idle })).statusCode).toBe(401);

    const [one, two] = [await session(), await session()];
    const next = 'another long password';
    const wrong = { current: 'no', next };
    const put = { method: 'PUT', url: '/api/v1/session/password', headers: one } as const;
    expect((await stand.app.inject({ ...put, payload: wrong })).statusCode).toBe(403);
    expect((await stand.app.inject({ ...put, payload: { current: PASSWORD, next } })).statusCode).toBe(204);
    expect((await stand.app.inject({ url: '/api/v1/session', headers: two })).statusCode).toBe(401);
    expect((await open('bob', PASSWORD)).statusCode).toBe(401);
    expect((await open('bob', next)).statusCode).toBe(200);
  });

  it('answers alike for a wrong password, an unknown name and somebody disabled, and locks after some', async () => {
    await stand.account('carol', [{ role: 'operator' }]);
    await stand.account('dave', [{ role: 'operator' }]);
    const dave = await stand.store.accounts.get('dave');
    await stand.store.accounts.change(dave?.id ?? '', { disabled: true });

    const answers = [await open('carol', 'wrong'), await open('nobody', 'wrong'), await open('dave', PASSWORD)];
    expect(new Set(answers.map(({ statusCode, body }) => `${statusCode} ${body}`)).size).toBe(1);

    await open('carol', 'wrong');
    await open('carol', 'wrong');
    expect((await open('carol', PASSWORD)).statusCode).toBe(429);
    stand.clock.at += 61_000;
    expect((await open('carol', PASSWORD)).statusCode).toBe(200);
    const { items } = await stand.store.audit.list({ action: 'session.open' }, { limit: 100 });
    expect(items.filter(({ target, outcome }) => target === 'carol' && outcome === 'refused')).toHaveLength(4);
    expect(JSON.stringify(items)).not.toContain(PASSWORD);
  });
});

describe('guessing a password', () => {
  it('is not for who has a session either: the account locks', async () => {
    await stand.account('erin', [{ role: 'operator' }]);
    const payload = { name: 'erin', password: PASSWORD };
    const opened = await stand.app.inject({ method: 'POST', url: '/api/v1/session', payload });
    const cookie = String(opened.headers['set-cookie']).split(';', 1)[0] ?? '';
    const headers = { cookie, 'x-csrf-token': opened.json<{ csrfToken: string }>().csrfToken };
    const change = async (current: string) => {
      const next = 'another long password';
      const put = { method: 'PUT', url: '/api/v1/session/password', headers, payload: { current, next } } as const;
      return (await stand.app.inject(put)).statusCode;
    };

    expect([await change('a'), await change('b'), await change('c'), await change(PASSWORD)]).toEqual([
      403, 403, 403, 429,
    ]);
    stand.clock.at += 61_000;
    expect(await change(PASSWORD)).toBe(204);
  });

  it('locks a network of IPv6, whatever address of it asks', async () => {
    const attempt = async (at: number, name: string) => {
      const payload = { name, password: 'wrong' };
      const remoteAddress = `2001:db8:0:1::${at.toString(16)}`;
      return (await stand.app.inject({ method: 'POST', url: '/api/v1/session', payload, remoteAddress })).statusCode;
    };
    const answers: number[] = [];
    for (let at = 1; at <= 14; at += 1) answers.push(await attempt(at, `guess ${at}`));

    expect(answers.slice(0, 12)).toEqual(Array.from({ length: 12 }, () => 401));
    expect(answers.slice(12)).toEqual([429, 429]);
  });
});

describe('a role in one namespace', () => {
  it('has pages of the programs that run there alone', async () => {
    const at = new Date(stand.clock.at).toISOString();
    await stand.store.agents.enrol({ id: 'agent-p', node: 'p', enrolledAt: at });
    const events = ['shop', 'bank', 'shop', 'bank', 'shop'].map((namespace, index) => ({
      sequence: index + 1,
      document: { event: 'programs' },
      programs: {
        at,
        local: { place: { namespace, workload: 'web', container: 'main' }, groups: [] },
        seen: [{ executable: `/bin/${index}`, verdict: 'allow', count: 1 }] as const,
        notCounted: 0,
        malformed: 0,
      },
    }));
    await stand.store.events.append({ agent: 'agent-p', epoch: 1, events }, at);
    const headers = await stand.token('operator', 'shop');
    const seen: string[] = [];
    let pages = 0;
    for (let after: string | undefined = ''; after !== undefined; ) {
      const url: string = `/api/v1/programs?limit=1${after === '' ? '' : `&after=${after}`}`;
      // oxlint-disable-next-line no-await-in-loop -- each page begins where the one before ended
      const page = (await stand.app.inject({ url, headers })).json<{
        items: { executable: string }[];
        next?: string;
      }>();
      seen.push(...page.items.map(({ executable }) => executable));
      pages += 1;
      after = page.next;
    }
    expect({ seen: seen.toSorted(), pages }).toEqual({ seen: ['/bin/0', '/bin/2', '/bin/4'], pages: 3 });
    for (const query of ['namespace=bank', 'namespace=bank&executable=/bin/1']) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other is enough
      expect((await stand.app.inject({ url: `/api/v1/programs?${query}`, headers })).statusCode).toBe(403);
    }
    const other = await stand.app.inject({ url: '/api/v1/programs?executable=/bin/1', headers });
    expect(other.json()).toMatchObject({ items: [] });
  });

  it('sees and changes what is there, and nothing else', async () => {
    await stand.store.agents.enrol({ id: 'agent-n', node: 'n', enrolledAt: new Date(stand.clock.at).toISOString() });
    const event = (namespace: string) => ({
      event: 'finding',
      detector: 'card-number',
      sensor: 's',
      verdict: 'block',
      confidence: 'high',
      workloads: [{ name: 'web', namespace }],
    });
    const events = ['shop', 'bank'].map((namespace, at) => ({ sequence: at + 1, document: event(namespace) }));
    await stand.store.events.append({ agent: 'agent-n', epoch: 1, events }, new Date(stand.clock.at).toISOString());
    const headers = await stand.token('operator', 'shop');
    const get = async (url: string) => stand.app.inject({ url, headers });

    const { items } = (await get('/api/v1/events')).json<{ items: { id: number; namespace: string }[] }>();
    expect(items.map(({ namespace }) => namespace)).toEqual(['shop']);
    expect((await get('/api/v1/events?namespace=bank')).statusCode).toBe(403);
    const others = (await stand.store.events.list({ namespaces: ['bank'] }, { limit: 1 })).items[0]?.id;
    expect((await get(`/api/v1/events/${others}`)).statusCode).toBe(404);
    expect((await get('/api/v1/policies')).statusCode).toBe(403);
    const incidents = (await stand.store.incidents.list({}, { limit: 10 })).items;
    const idOf = (namespace: string) => incidents.find((incident) => incident.namespace === namespace)?.id;
    const shown = await get(`/api/v1/incidents/${idOf('shop')}`);
    expect(shown.json()).toMatchObject({ namespace: 'shop', state: 'open' });
    expect((await get(`/api/v1/incidents/${idOf('bank')}`)).statusCode).toBe(404);
    expect((await get('/api/v1/incidents/0')).statusCode).toBe(400);
    const close = async (namespace: string) => {
      const id = idOf(namespace);
      const change = {
        method: 'PATCH',
        url: `/api/v1/incidents/${id}`,
        headers,
        payload: { state: 'closed' },
      } as const;
      return (await stand.app.inject(change)).statusCode;
    };
    expect([await close('shop'), await close('bank')]).toEqual([200, 404]);
  });
});
