import type { AgentSession } from '@bulkhead/rpc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Description, requestsOf } from './test-support/requests-of.ts';
import { PASSWORD, type Stand, startStand } from './test-support/stand.ts';

/** What breaks what is put together instead of passed on; each with the reason it is here. */
const HOSTILE: Readonly<Record<string, string>> = {
  SQL: `'; drop table account; drop table event; drop table audit; -- ") or 1=1 /*`,
  'a quote of PostgreSQL': "$$; delete from account; $$ \\' E'\\\\",
  HTML: `<script>alert("x")</script><img src=x onerror=alert(1)>&lt;`,
  'a header': 'x\r\nset-cookie: __Host-bulkhead=evil\r\n\r\n<html>',
  'a NUL': 'a\0b',
  'text that runs the other way': '\u202Egnp.exe\u2066\uFEFF🧱é',
  'a prototype': '__proto__',
  'a path': '../../../../etc/passwd%00',
  'a pattern': '%_\\%[a-z]*(a+)+$',
  'a place holder': '$1 ? :name ${7*7} {{7*7}} %s %n',
  'a number that is none': '1e999999999',
};

let stand: Stand;
let admin: { readonly authorization: string };
let description: Description;
beforeAll(async () => {
  stand = await startStand();
  admin = await stand.token('admin');
  await stand.account('sentinel', [{ role: 'admin' }]);
  await stand.store.agents.enrol({ id: 'agent-1', node: 'node-1', enrolledAt: '2026-11-26T12:00:00.000Z' });
  const events = [{ sequence: 1, document: { event: 'session-blocked' } }];
  await stand.store.events.append({ agent: 'agent-1', epoch: 1, events }, '2026-11-26T12:00:00.000Z');
  description = stand.app.swagger();
});
afterAll(() => stand.close());

let count = 0;
/** Each from an address of its own: what is asked here is not how many requests one may make. */
const ask = (request: { method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'; url: string; payload?: object }) => {
  count += 1;
  const remoteAddress = `10.${(count >> 16) & 255}.${(count >> 8) & 255}.${count & 255}`;
  return stand.app.inject({ ...request, headers: admin, remoteAddress });
};

/** What no answer may be, whatever was asked. */
function problemsOf({ statusCode, headers, body }: Awaited<ReturnType<typeof ask>>): readonly string[] {
  const isJson = /^application\/(problem\+)?json/.test(headers['content-type'] ?? '');
  const rules: Readonly<Record<string, boolean>> = {
    'the api failed': statusCode >= 500,
    'a browser may take it for a page': headers['x-content-type-options'] !== 'nosniff',
    'scripts may run': headers['content-security-policy'] !== "default-src 'none'; frame-ancestors 'none'",
    'it is no JSON': body !== '' && !(isJson && parses(body)),
    'it is refused without a reason': statusCode >= 400 && !body.includes('"detail":"'),
    'a text became a header': JSON.stringify(headers['set-cookie'] ?? '').includes('evil'),
  };
  return Object.keys(rules).filter((name) => rules[name]);
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What is still there whatever was asked. */
async function isWhole(): Promise<boolean> {
  const [sentinel, events, agent, audit] = await Promise.all([
    stand.store.accounts.get('sentinel'),
    stand.store.events.list({ kind: 'session-blocked' }, { limit: 10 }),
    stand.store.agents.get('agent-1'),
    ask({ method: 'GET', url: '/api/v1/audit/check' }),
  ]);
  const { brokenAt } = audit.json<{ brokenAt?: number }>();
  return sentinel?.disabled === false && events.items.length === 1 && agent !== undefined && brokenAt === undefined;
}

describe('a text in any place of any request that the api describes', () => {
  it('has places: the description is walked', () => {
    const places = [...requestsOf(description, 'x')].map(({ place }) => place);

    expect(places).toEqual(
      expect.arrayContaining([
        'POST /api/v1/session body.name',
        'POST /api/v1/tokens body.role',
        'POST /api/v1/accounts body.bindings[].namespace',
        'GET /api/v1/events ?kind',
        'DELETE /api/v1/accounts/{name} name',
      ]),
    );
    expect(places.length).toBeGreaterThan(100);
  });

  it.each(Object.entries(HOSTILE))(
    'is refused, or kept and served as JSON as it was, and breaks nothing: %s',
    async (_, text) => {
      const wrong: string[] = [];
      const kept = new Set<string>();
      const quoted = JSON.stringify(text).slice(1, -1);
      for (const { place, ...request } of requestsOf(description, text)) {
        const answer = await ask(request);
        wrong.push(...problemsOf(answer).map((problem) => `${place}: ${problem}: ${answer.body.slice(0, 300)}`));
        if (answer.statusCode !== 201 || !JSON.stringify(request.payload ?? '').includes(quoted)) continue;
        kept.add(place);
        // What was made is in the list of its kind; a password is in none.
        const list = await ask({ method: 'GET', url: `${request.url}?limit=500` });
        if (list.body.includes(quoted) === place.endsWith('.password')) wrong.push(`${place}: in the list`);
      }

      expect(wrong).toEqual([]);
      for (const place of ['POST /api/v1/accounts body.name', 'POST /api/v1/tokens body.name']) {
        expect(kept.has(place)).toBe(!text.includes('\0'));
      }
      expect(await isWhole()).toBe(true);
    },
  );

  it('is none by which somebody signs in', async () => {
    for (const text of Object.values(HOSTILE)) {
      for (const payload of [
        { name: text, password: PASSWORD },
        { name: 'sentinel', password: text },
        { name: { $ne: text }, password: { $gt: '' } },
      ]) {
        expect([400, 401, 429]).toContain((await ask({ method: 'POST', url: '/api/v1/session', payload })).statusCode);
      }
    }
    expect(await isWhole()).toBe(true);
  });
});

/** A label of this name is none of Kubernetes, and no object of JavaScript has it by itself. */
function labelsOf(text: string): object {
  return text === '__proto__' ? {} : { [text]: text };
}

/** Events as agents send them, of every kind that something follows from, and one that nobody knows. */
const AGENT_EVENTS: readonly object[] = [
  {
    event: 'finding',
    time: '2026-11-26T11:59:59.000Z',
    detector: 'card-number',
    sensor: 'payment-cards',
    confidence: 'high',
    verdict: 'block',
    masked: '411111******1111',
    subject: 'POST /orders',
    protocol: 'http1',
    field: 'body.card',
    client: '10.0.0.1:40000',
    server: '10.0.0.2:80',
    workloads: [{ name: 'web', namespace: 'shop', pod: 'web-1', labels: { app: 'web' } }],
    groups: ['shop'],
  },
  { event: 'flow-denied', rule: 'no-ssh', server: '10.0.0.2:22', workloads: [{ name: 'web', namespace: 'shop' }] },
  {
    event: 'process-denied',
    policy: 'no-ssh',
    rule: 'ssh',
    executable: '/usr/sbin/sshd',
    parent: '/bin/sh',
    pid: 7,
    user: 0,
    workloads: [{ name: 'web', namespace: 'shop' }],
  },
  { event: 'workload-failed', problem: 'no queue', netns: '/run/netns/x', workloads: [{ name: 'web' }] },
  { event: 'policy-rejected', problems: ['spec.mode: is wrong'] },
  { event: 'events-lost', count: 3 },
  {
    event: 'flows',
    netns: '/run/netns/x',
    workloads: [{ name: 'web', namespace: 'shop', pod: 'web-1' }],
    groups: ['shop'],
    mode: 'protect',
    flows: [
      {
        direction: 'egress',
        protocol: 'tcp',
        peer: '192.0.2.1',
        port: 443,
        application: 'tls',
        domain: 'example.org',
        verdict: 'allow',
        sessions: 1,
        bytes: 1,
      },
    ],
  },
  {
    event: 'programs',
    netns: '/run/netns/x',
    workloads: [{ name: 'web', namespace: 'shop', pod: 'web-1' }],
    groups: ['shop'],
    mode: 'protect',
    programs: [{ executable: '/bin/sh', user: 0, fromImage: true, verdict: 'allow', count: 1 }],
  },
  {
    event: 'files',
    netns: '/run/netns/x',
    workloads: [{ name: 'web', namespace: 'shop', pod: 'web-1' }],
    groups: ['shop'],
    mode: 'protect',
    files: [{ path: '/data/a', executable: '/bin/sh', access: 'write', verdict: 'allow', count: 1 }],
  },
  { event: 'of-a-newer-agent', deep: { list: [{ text: 'x' }] } },
];

/** A document with the text in place of each of its texts, and once of all of them. */
function withTexts(document: object, text: string): readonly object[] {
  const places: string[][] = [];
  const visit = (value: unknown, path: string[]): void => {
    if (typeof value === 'string') places.push(path);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, each] of Object.entries(value)) visit(each, [...path, key]);
    }
  };
  visit(document, []);
  const put = (chosen: readonly string[][]): object => {
    const copy = structuredClone(document) as Record<string, unknown>;
    for (const path of chosen) {
      let at = copy;
      for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
      at[path.at(-1) ?? ''] = text;
    }
    return copy;
  };
  return [...places.map((path) => put([path])), put(places)];
}

describe('a text in any field that an agent sends', () => {
  let sequence = 0;
  let session: AgentSession;
  beforeAll(async () => {
    await stand.store.agents.enrol({ id: 'agent-2', node: 'node-2', enrolledAt: '2026-11-26T12:00:00.000Z' });
    const decision = await stand.hub.connect(
      {
        id: 'agent-2',
        node: 'node-2',
        version: HOSTILE['HTML'] ?? '',
        capabilities: [],
        policyVersion: undefined,
        certificate: { serial: '0a', notAfter: 0 },
        peer: '192.0.2.1:1',
      },
      { sendSnapshot: () => undefined, command: () => Promise.reject(new Error('none')), close: () => undefined },
    );
    if (!decision.ok) throw new Error(decision.problem);
    session = decision.session;
  });

  it.each([...Object.entries(HOSTILE), ['half a character', '\ud800']])(
    'is kept as it was, and none is lost: %s',
    async (_, text) => {
      const sent = AGENT_EVENTS.flatMap((event) => withTexts(event, text));
      const first = sequence + 1;
      sequence += sent.length;
      const events = sent.map((event) => JSON.stringify(event));
      await session.storeBatch({ epoch: 1, firstSequence: first, sequence, lostBefore: 0, events });

      const kept = new Set<string>();
      let after: string | undefined;
      do {
        const url = `/api/v1/events?limit=500${after === undefined ? '' : `&after=${encodeURIComponent(after)}`}`;
        const page = (await ask({ method: 'GET', url })).json<{ items: { document: object }[]; next?: string }>();
        for (const { document } of page.items) kept.add(JSON.stringify(document));
        after = page.next;
      } while (after !== undefined);
      // Flows, programs and files are kept in the place of an event that tells of them; all else is there as it came.
      const lost = sent.filter((event) => !kept.has(JSON.stringify(event)));
      const isSummed = (event: object): boolean =>
        ['flows', 'programs', 'files'].some((kind) => kind in event && 'event' in event && event.event === kind);
      expect(lost.filter((event) => !isSummed(event))).toEqual([]);
      for (const url of [
        '/api/v1/flows',
        '/api/v1/programs',
        '/api/v1/files',
        '/api/v1/incidents',
        '/api/v1/agents',
        '/api/v1/workloads',
      ]) {
        const answer = await ask({ method: 'GET', url: `${url}?limit=500` });
        expect(answer.statusCode).toBe(200);
        expect(answer.headers['content-type']).toMatch(/^application\/json/);
        expect(answer.json<{ items: object[] }>().items).toBeInstanceOf(Array);
      }
      const shown = JSON.stringify(text.toWellFormed().replaceAll('\0', '\uFFFD'));
      for (const url of ['/api/v1/flows', '/api/v1/programs', '/api/v1/files']) {
        expect((await ask({ method: 'GET', url: `${url}?limit=500` })).body).toContain(shown);
      }
      expect(await isWhole()).toBe(true);
    },
  );

  it('is kept as it was in what it says of workloads', async () => {
    const texts = Object.values(HOSTILE).filter((text) => !text.includes('\0'));
    const present = texts.map((text, at) => ({
      id: `${at} ${text}`,
      name: text,
      namespace: text,
      labels: { [text]: text },
      owners: [{ kind: text, name: text }],
      addresses: [`10.0.0.${at + 1}`],
      netns: text,
    }));
    await session.workloads({ whole: true, present, gone: [] });

    await expect
      .poll(
        async () => {
          const { items } = (await ask({ method: 'GET', url: '/api/v1/workloads?limit=500' })).json<{
            items: { name: string; namespace: string; labels: object }[];
          }>();
          return items.map(({ name, namespace, labels }) => ({ name, namespace, labels }));
        },
        { timeout: 30_000 },
      )
      .toEqual(expect.arrayContaining(texts.map((text) => ({ name: text, namespace: text, labels: labelsOf(text) }))));
  });
});
