import type { AgentLink, AgentSession, CommandAction, SnapshotText } from '@bulkhead/rpc';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { secretHash } from '../access/secret.ts';
import { WorkloadFollower } from '../replica/follow-workloads.ts';
import { type Stand, startStand } from '../test-support/stand.ts';
import { Hub } from './hub.ts';

let stand: Stand;
beforeEach(async () => {
  stand = await startStand();
});
afterEach(() => stand.close());

/** An agent's end, as the hub reaches it. */
class Link implements AgentLink {
  readonly snapshots: SnapshotText[] = [];
  readonly commands: CommandAction[] = [];
  closed: string | undefined;

  sendSnapshot(snapshot: SnapshotText): void {
    this.snapshots.push(snapshot);
  }
  command(action: CommandAction) {
    this.commands.push(action);
    return Promise.resolve({ outcome: 'done' as const, message: 'quarantined' });
  }
  close(reason: string): void {
    this.closed = reason;
  }
  get latest(): { documents: { kind: string }[]; members: Record<string, string[]>; services?: object[] } {
    return JSON.parse(this.snapshots.at(-1)?.json ?? '{}') as ReturnType<() => Link['latest']>;
  }
}

async function enrol(node: string): Promise<string> {
  const id = `token-${node}`;
  const at = new Date(stand.clock.at).toISOString();
  const expiresAt = new Date(stand.clock.at + 1_000).toISOString();
  await stand.store.enrolmentTokens.create({
    id,
    hash: secretHash(`secret-${node}`),
    createdBy: 'test',
    createdAt: at,
    expiresAt,
    usesLeft: 1,
  });
  const decision = await stand.hub.enrol({
    tokenId: id,
    tokenSecret: `secret-${node}`,
    node,
    version: '1',
    peer: '192.0.2.1:1',
  });
  if (!decision.ok) throw new Error(decision.problem);
  return decision.agentId;
}

async function connect(id: string, link: Link) {
  const agent = { id, node: 'as it says', version: '1.2.3', capabilities: [], policyVersion: undefined };
  const certificate = { serial: '0a', notAfter: 0 };
  const decision = await stand.hub.connect({ ...agent, certificate, peer: '192.0.2.1:1' }, link);
  if (!decision.ok) throw new Error(decision.problem);
  return decision;
}

const workload = (id: string, app: string, address: string) => ({
  id,
  name: app,
  namespace: 'shop',
  labels: { app },
  owners: [],
  addresses: [address],
  netns: '/run/netns/x',
});

const spec = (app: string, more: object = {}) => ({
  apiVersion: 'bulkhead.io/v1alpha1',
  kind: 'WorkloadGroup',
  metadata: { name: app },
  spec: { selector: { labels: { matchLabels: { app } } }, mode: 'protect', ...more },
});

async function apply(...documents: { kind: string; metadata: { name: string } }[]): Promise<void> {
  const wanted = documents.map((document) => ({
    kind: document.kind,
    name: document.metadata.name,
    document: { ...document },
  }));
  expect(await stand.policy.change({ wanted, by: 'test' })).toMatchObject({ outcome: 'changed' });
}

describe('the hub', () => {
  it('lets an agent in once for each use of a token, and writes it down', async () => {
    const id = await enrol('node-1');

    const again = { tokenId: 'token-node-1', tokenSecret: 'secret-node-1', node: 'x', version: '1', peer: '' };
    expect(await stand.hub.enrol(again)).toMatchObject({ ok: false });
    expect(await stand.hub.enrol({ ...again, tokenId: 'none' })).toEqual(await stand.hub.enrol(again));
    expect((await stand.store.agents.get(id))?.node).toBe('node-1');
    const { items } = await stand.store.audit.list({ action: 'agent.enrol' }, { limit: 9 });
    expect(items).toMatchObject([{ target: id, actor: 'enrolment-token:token-node-1' }]);
  });

  it('keeps each event once, and says to an agent that comes back where it was', async () => {
    const id = await enrol('node-1');
    const { session, stored } = await connect(id, new Link());
    expect(stored).toBeUndefined();

    const events = ['{"event":"finding"}', 'no json', '{"event":"session-blocked"}'];
    const batch = { epoch: 7, firstSequence: 1, sequence: 3, lostBefore: 2, events };
    await session.storeBatch(batch);
    await session.storeBatch(batch);

    expect((await connect(id, new Link())).stored).toEqual({ epoch: 7, sequence: 3 });
    const kept = (await stand.store.events.list({}, { limit: 9 })).items.map(({ kind }) => kind);
    expect(kept).toEqual(['session-blocked', 'unreadable-event', 'finding']);
    expect((await stand.store.agents.get(id))?.eventsLost).toBe(2);
  });

  it('tells named network namespaces of those elsewhere that their sensors name', async () => {
    const named = (name: string, more: object = {}) => spec(name, { selector: { netns: [name] }, ...more });
    const namespace = (name: string, address: string) => ({
      ...workload(`/run/netns/${name}`, name, address),
      namespace: undefined,
      netns: `/run/netns/${name}`,
    });
    const sensors = [{ name: 'payment-cards', from: ['web'] }];
    await apply(named('web'), named('db', { sensors }));
    const [web, db] = [new Link(), new Link()];
    const one = await connect(await enrol('node-1'), web);
    const two = await connect(await enrol('node-2'), db);

    await two.session.workloads({ whole: true, present: [namespace('db', '10.0.0.3')], gone: [] });
    await one.session.workloads({ whole: true, present: [namespace('web', '10.0.0.2')], gone: [] });

    await vi.waitFor(() => expect(db.latest.members).toEqual({ web: ['10.0.0.2'] }), 5_000);
  });

  describe('told of programs', () => {
    const program = (over: object = {}) => ({
      executable: '/usr/bin/node',
      user: 1000,
      fromImage: true,
      verdict: 'allow',
      count: 2,
      ...over,
    });
    const told = (pod: string, programs: readonly unknown[], over: object = {}) =>
      JSON.stringify({
        time: new Date(stand.clock.at).toISOString(),
        event: 'programs',
        netns: '/proc/1/ns/net',
        workloads: [{ name: 'server', namespace: 'shop', pod }],
        groups: ['web'],
        mode: 'discover',
        programs,
        ...over,
      });
    const pod = (app: string, name = `${app}-x2x4z`) => ({
      ...workload(name, app, '10.0.0.1'),
      name: 'server',
      labels: { app, 'controller-revision-hash': '5c9' },
      owners: [{ kind: 'Pod', name }],
      netns: '/proc/1/ns/net',
    });
    const listed = async (query = ''): Promise<Record<string, unknown>[]> => {
      const headers = await stand.token('auditor');
      const answer = await stand.app.inject({ url: `/api/v1/programs${query}`, headers });
      expect(answer.statusCode).toBe(200);
      const { items } = answer.json<{ items: Record<string, unknown>[] }>();
      const pathOf = (one: Record<string, unknown>): string => `${String(one['workload'])}${String(one['executable'])}`;
      return items.toSorted((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1));
    };
    let sequence = 0;
    const send = (...events: readonly string[]) => {
      const firstSequence = sequence + 1;
      sequence += events.length;
      return session.storeBatch({ epoch: 1, firstSequence, sequence, lostBefore: 0, events });
    };
    let session: AgentSession;
    beforeEach(async () => {
      sequence = 0;
      session = (await connect(await enrol('node-1'), new Link())).session;
      // Both use the network of their node.
      await session.workloads({ whole: true, present: [pod('db'), pod('web')], gone: [] });
      await vi.waitUntil(() => stand.store.workloads.get('web-x2x4z'), 5_000);
    });

    it('sums them up by the controllers of pods and their containers, whosever network those use', async () => {
      await send(told('web-x2x4z', [program(), program({ executable: '/bin/sh', user: 0, verdict: 'block' })]));
      await send(told('db-x2x4z', [program({ executable: '/bin/db' })]), told('web-x2x4z', [program({ count: 3 })]));

      const server = { namespace: 'shop', container: 'server', groups: ['web'] };
      expect(await listed('?workload=web')).toMatchObject([
        { ...server, workload: 'web', executable: '/bin/sh', user: 0, verdict: 'block', count: 2 },
        { ...server, workload: 'web', ...program(), count: 5 },
      ]);
      expect(await listed('?workload=db')).toMatchObject([{ ...server, workload: 'db', executable: '/bin/db' }]);
      expect(await listed('?executable=/bin/sh&verdict=block&namespace=shop')).toHaveLength(1);
      expect(await listed('?since=2999-01-01T00:00:00Z')).toEqual([]);
      expect((await stand.store.events.list({}, { limit: 9 })).items).toEqual([]);
    });

    it('of a container that is gone knows what ran it, and never takes it for another in the same network', async () => {
      await session.workloads({ whole: true, present: [pod('db')], gone: [] });
      await vi.waitUntil(async () => (await stand.store.workloads.get('web-x2x4z')) === undefined, 5_000);
      await send(told('web-x2x4z', [program()]), told('db-gone1', [program()]));

      expect((await listed()).map((one) => one['workload'])).toEqual(['db', 'web-x2x4z']);
    });

    it('shows them to who may see a namespace, and to nobody else', async () => {
      await send(told('web-x2x4z', [program()]));
      const status = async (namespace: string, query: string): Promise<unknown> => {
        const headers = await stand.token('auditor', namespace);
        const answer = await stand.app.inject({ url: `/api/v1/programs${query}`, headers });
        return answer.statusCode === 200 ? answer.json<{ items: object[] }>().items.length : answer.statusCode;
      };

      expect(await status('shop', '')).toBe(1);
      expect(await status('bank', '')).toBe(0);
      expect(await status('bank', '?namespace=shop')).toBe(403);
    });

    it.each(['?verdict=mask', '?since=yesterday', '?executable=', '?executable=%00', '?unknown=1'])(
      'refuses to list them by %s',
      async (query) => {
        const headers = await stand.token('auditor');
        expect((await stand.app.inject({ url: `/api/v1/programs${query}`, headers })).statusCode).toBe(400);
      },
    );

    it('keeps what is well-formed, and the event beside it where not all of it is', async () => {
      const hostile = [program({ count: -1 }), program({ executable: '/\0\ud800' }), null];
      const events = [told('web-x2x4z', hostile), '{"event":"programs"}'];
      await send(...events, told('web-x2x4z', [program()]));

      expect((await listed()).map((one) => one['executable'])).toEqual(['/usr/bin/node', '/\uFFFD\uFFFD']);
      const kept = (await stand.store.events.list({}, { limit: 9 })).items;
      expect(kept.map(({ kind, document }) => [kind, JSON.stringify(document)])).toEqual(
        events.toReversed().map((text) => ['programs', text]),
      );
    });

    it('counts those of an event that comes again once', async () => {
      const first = told('web-x2x4z', [program()]);
      await send(first);
      const batch = { epoch: 1, firstSequence: 1, sequence: 2, lostBefore: 0, events: [first, first] };
      await session.storeBatch(batch);
      await session.storeBatch(batch);

      expect(await listed()).toMatchObject([{ count: 4 }]);
    });
  });

  describe('told of files', () => {
    const file = (over: object = {}) => ({
      path: '/data/a',
      executable: '/usr/bin/node',
      access: 'write',
      verdict: 'allow',
      count: 2,
      ...over,
    });
    const told = (files: readonly unknown[], over: object = {}) =>
      JSON.stringify({
        time: new Date(stand.clock.at).toISOString(),
        event: 'files',
        netns: '/proc/1/ns/net',
        workloads: [{ name: 'server', namespace: 'shop', pod: 'web-x2x4z' }],
        groups: ['web'],
        mode: 'discover',
        files,
        ...over,
      });
    const listed = async (query = '', namespace?: string) => {
      const headers = await stand.token('auditor', namespace);
      const answer = await stand.app.inject({ url: `/api/v1/files${query}`, headers });
      return answer.statusCode === 200 ? answer.json<{ items: Record<string, unknown>[] }>().items : answer.statusCode;
    };
    let sequence = 0;
    const send = (...events: readonly string[]) => {
      const firstSequence = sequence + 1;
      sequence += events.length;
      return session.storeBatch({ epoch: 1, firstSequence, sequence, lostBefore: 0, events });
    };
    let session: AgentSession;
    beforeEach(async () => {
      sequence = 0;
      session = (await connect(await enrol('node-1'), new Link())).session;
      const web = { ...workload('web-x2x4z', 'web', '10.0.0.1'), name: 'server', netns: '/proc/1/ns/net' };
      const present = [
        {
          ...web,
          owners: [{ kind: 'Pod', name: 'web-x2x4z' }],
          labels: { app: 'web', 'controller-revision-hash': '5c9' },
        },
      ];
      await session.workloads({ whole: true, present, gone: [] });
      await vi.waitUntil(() => stand.store.workloads.get('web-x2x4z'), 5_000);
    });

    it('sums them up by what writes them, and shows them to who may see that', async () => {
      await send(told([file(), file({ path: '/tmp', folder: true, verdict: 'block' })]), told([file()]));

      const web = { namespace: 'shop', workload: 'web', container: 'server', groups: ['web'] };
      expect(await listed('?path=/data/a')).toMatchObject([{ ...web, ...file(), count: 4 }]);
      expect(await listed('?verdict=block&workload=web')).toMatchObject([{ ...web, path: '/tmp', folder: true }]);
      expect(await listed('?since=2999-01-01T00:00:00Z')).toEqual([]);
      expect(await listed('', 'shop')).toHaveLength(2);
      expect(await listed('', 'bank')).toEqual([]);
      expect(await listed('?namespace=shop', 'bank')).toBe(403);
      expect((await stand.store.events.list({}, { limit: 9 })).items).toEqual([]);
    });

    it.each(['?verdict=mask', '?since=yesterday', '?path=', '?path=%00', '?unknown=1'])(
      'refuses to list them by %s',
      async (query) => {
        expect(await listed(query)).toBe(400);
      },
    );

    it('takes an event of as many as it may have, with paths as long as there are, again and again', async () => {
      const name = (at: number): string => `/${at}/${'<b>\u202e'.repeat(600)}`;
      const files = Array.from({ length: 256 }, (_, at) => file({ path: name(at), executable: name(at) }));
      for (let again = 0; again < 3; again += 1) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other, as an agent does
        await send(told(files, { groups: Array.from({ length: 1_024 }, (_, at) => `g-${at}-${'x'.repeat(40)}`) }));
      }
      const page = await listed('?limit=500');
      expect(page).toHaveLength(256);
      expect(JSON.stringify(page).length).toBeLessThan(4 * 1024 * 1024);
      expect((await stand.store.events.list({}, { limit: 9 })).items).toEqual([]);
    });

    it('keeps what is well-formed, and the event beside it where not all of it is', async () => {
      const events = [told([file({ access: 'read' }), null, file()]), '{"event":"files"}'];
      await send(...events);

      expect(await listed()).toHaveLength(1);
      const kept = (await stand.store.events.list({}, { limit: 9 })).items;
      expect(kept.map(({ document }) => JSON.stringify(document))).toEqual(events.toReversed());
    });
  });

  describe('told of flows', () => {
    const flow = (over: object = {}) => ({
      direction: 'egress',
      protocol: 'tcp',
      peer: '10.0.0.2',
      port: 5432,
      verdict: 'allow',
      sessions: 2,
      bytes: 100,
      ...over,
    });
    const told = (app: string, ...flows: readonly object[]) =>
      JSON.stringify({
        time: new Date(stand.clock.at).toISOString(),
        event: 'flows',
        netns: `/run/netns/${app}`,
        workloads: [{ name: 'server', namespace: 'shop', pod: `${app}-x2x4z` }],
        groups: [app],
        mode: 'discover',
        flows,
      });
    const pod = (app: string, address: string) => ({
      ...workload(app, app, address),
      name: 'server',
      labels: { app, 'controller-revision-hash': '5c9' },
      owners: [{ kind: 'Pod', name: `${app}-x2x4z` }],
      netns: `/run/netns/${app}`,
    });
    const listed = async (query = ''): Promise<Record<string, unknown>[]> => {
      const headers = await stand.token('auditor');
      const answer = await stand.app.inject({ url: `/api/v1/flows${query}`, headers });
      expect(answer.statusCode).toBe(200);
      return answer.json<{ items: Record<string, unknown>[] }>().items;
    };
    let sequence = 0;
    const send = (session: AgentSession, ...events: readonly string[]) => {
      const firstSequence = sequence + 1;
      sequence += events.length;
      return session.storeBatch({ epoch: 1, firstSequence, sequence, lostBefore: 0, events });
    };
    let [web, db] = [] as AgentSession[];
    beforeEach(async () => {
      sequence = 0;
      web = (await connect(await enrol('node-1'), new Link())).session;
      db = (await connect(await enrol('node-2'), new Link())).session;
      await web.workloads({ whole: true, present: [pod('web', '10.0.0.1')], gone: [] });
      await db.workloads({ whole: true, present: [pod('db', '10.0.0.2')], gone: [] });
      await vi.waitUntil(() => stand.store.workloads.get('db'), 5_000);
    });

    it('by both ends counts a flow once, between workloads that are called by their controllers', async () => {
      await send(web as AgentSession, told('web', flow(), flow({ peer: '10.0.0.9', node: true, port: 10_250 })));
      await send(db as AgentSession, told('db', flow({ direction: 'ingress', peer: '10.0.0.1', bytes: 60 })));

      const [web1, db1] = ['web', 'db'].map((name) => ({ kind: 'workload', namespace: 'shop', name }));
      const counted = { protocol: 'tcp', verdict: 'allow', sessions: 2, bytes: 100 };
      expect(await listed('?namespace=shop')).toHaveLength(2);
      expect(await listed('?port=5432')).toMatchObject([
        { ...counted, client: web1, server: db1, seenBy: ['client', 'server'] },
      ]);
      expect(await listed('?port=10250')).toMatchObject([
        { ...counted, client: web1, server: { kind: 'node', name: 'node-1' }, seenBy: ['client'] },
      ]);
      expect(await listed('?workload=db&port=5432&verdict=allow')).toHaveLength(1);
      expect(await listed('?workload=db&port=10250')).toEqual([]);
      expect((await stand.store.events.list({}, { limit: 9 })).items).toEqual([]);
    });

    it('under the address of a service has them be those to who is behind it', async () => {
      const service = (...addresses: readonly string[]) => ({
        id: 'shop/db',
        addresses: ['10.96.0.9'],
        ports: [
          {
            protocol: 'tcp' as const,
            port: 80,
            to: [{ port: 5432, ends: addresses.map((address) => ({ address, isPod: true })) }],
          },
        ],
      });
      const called = flow({ peer: '10.96.0.9', port: 80 });
      // A pod that nobody has told of yet says nothing against it.
      stand.hub.putService(service('10.0.0.2', '10.0.0.77'));
      await send(web as AgentSession, told('web', called));
      await send(db as AgentSession, told('db', flow({ direction: 'ingress', peer: '10.0.0.1', bytes: 60 })));
      const server = { kind: 'workload', namespace: 'shop', name: 'db' };
      expect(await listed()).toMatchObject([{ server, port: 5432, sessions: 2, seenBy: ['client', 'server'] }]);

      // To which of different workloads they went nobody knows.
      stand.hub.putService(service('10.0.0.1', '10.0.0.2'));
      await send(web as AgentSession, told('web', called));
      const address = { kind: 'address', name: '10.96.0.9' };
      expect(await listed('?port=80')).toMatchObject([{ server: address, sessions: 2 }]);
      stand.hub.removeService('shop/db');
      const dns = service('10.0.0.2');
      const ports = dns.ports.map((one) => ({ ...one, protocol: 'udp' as const, port: 53 }));
      stand.hub.putService({ ...dns, id: 'shop/dns', ports });
      await send(web as AgentSession, told('web', { ...called, protocol: 'udp', port: 53 }));
      expect(await listed('?port=53')).toMatchObject([{ server }]);
      await send(web as AgentSession, told('web', called));
      expect(await listed('?port=80')).toMatchObject([{ server: address, sessions: 4 }]);
    });

    it('shows them to who may see a namespace at either end, and to nobody else', async () => {
      await send(web as AgentSession, told('web', flow()));
      const status = async (namespace: string, query: string): Promise<unknown> => {
        const headers = await stand.token('auditor', namespace);
        const answer = await stand.app.inject({ url: `/api/v1/flows${query}`, headers });
        return answer.statusCode === 200 ? answer.json<{ items: object[] }>().items.length : answer.statusCode;
      };

      expect(await status('shop', '')).toBe(1);
      expect(await status('bank', '')).toBe(0);
      expect(await status('bank', '?workload=web')).toBe(0);
      expect(await status('bank', '?namespace=shop')).toBe(403);
    });

    it.each(['?port=70000', '?port=x', '?verdict=mask', '?since=yesterday', '?workload=%00', '?unknown=1'])(
      'refuses to list them by %s',
      async (query) => {
        const headers = await stand.token('auditor');
        expect((await stand.app.inject({ url: `/api/v1/flows${query}`, headers })).statusCode).toBe(400);
      },
    );

    it('keeps what is well-formed, and the event beside it where not all of it is', async () => {
      const flows = Array.from({ length: 257 }, (_, at) => flow({ port: at }));
      const hostile = [flow({ sessions: -1 }), flow({ port: 1, domain: '\0'.repeat(100), peer: '192.0.2.1' }), null];
      const events = [told('web', ...flows), told('web', ...(hostile as object[])), '{"event":"flows"}'];
      await send(web as AgentSession, ...events, told('web', flow({ port: 9 })));

      expect(await listed('?limit=500')).toHaveLength(257);
      expect(await listed('?port=9')).toMatchObject([{ sessions: 4 }]);
      expect(await listed('?port=1')).toMatchObject([{ sessions: 2 }, { sessions: 2 }]);
      const kept = (await stand.store.events.list({}, { limit: 9 })).items;
      expect(kept.map(({ kind, document }) => [kind, JSON.stringify(document)])).toEqual(
        events.toReversed().map((text) => ['flows', text]),
      );
    });

    it('counts those of an event that comes again once', async () => {
      const [first, second] = [told('web', flow()), told('web', flow({ bytes: 1 }))];
      await send(web as AgentSession, first);
      const batch = { epoch: 1, firstSequence: 1, sequence: 2, lostBefore: 0, events: [first, second] };
      await (web as AgentSession).storeBatch(batch);
      await (web as AgentSession).storeBatch(batch);

      expect(await listed()).toMatchObject([{ sessions: 4, bytes: 101 }]);
    });

    it('of a workload that it does not know calls it by its pod', async () => {
      await send(web as AgentSession, told('other', flow({ peer: '192.0.2.1', domain: 'example.org' })));

      expect(await listed()).toMatchObject([
        {
          client: { kind: 'workload', namespace: 'shop', name: 'other-x2x4z' },
          server: { kind: 'address', name: '192.0.2.1', domain: 'example.org' },
        },
      ]);
    });
  });

  it('sends each agent what concerns its node, and again when a peer elsewhere or the policy changes', async () => {
    await apply(spec('web'), spec('db', { sensors: [{ name: 'payment-cards', from: ['web'] }] }));
    const [one, two] = [new Link(), new Link()];
    const first = await connect(await enrol('node-1'), one);
    const second = await connect(await enrol('node-2'), two);
    expect(one.latest.documents.map(({ kind }) => kind)).toEqual(['WorkloadGroup', 'WorkloadGroup']);

    await first.session.workloads({ whole: true, present: [workload('d', 'db', '10.0.0.1')], gone: [] });
    await second.session.workloads({ whole: true, present: [workload('w', 'web', '10.0.0.2')], gone: [] });
    await vi.waitFor(() => expect(one.latest.members).toEqual({ web: ['10.0.0.2'] }), 5_000);
    await second.session.workloads({ whole: false, present: [], gone: ['w'] });
    await vi.waitFor(() => expect(one.latest.members).toEqual({ web: [] }), 5_000);
    expect(two.latest.members).toEqual({});

    const before = two.snapshots.length;
    await apply(spec('web', { mode: 'monitor' }));
    expect(two.snapshots).toHaveLength(before + 1);
  });

  it('has workloads be called by whatever owns their pods, as far as the cluster says it', async () => {
    await stand.close();
    const rollout = [{ kind: 'Rollout', name: 'api' }];
    const ownersOf = (namespace: string, pod: string) => (`${namespace}/${pod}` === 'shop/api-x' ? rollout : undefined);
    stand = await startStand({ owners: { ownersOf } });
    const { session } = await connect(await enrol('node-1'), new Link());
    const pods = ['api-x', 'lone'].map((name, at) => ({
      ...workload(name, 'server', `10.0.0.${at + 1}`),
      owners: [{ kind: 'Pod', name }],
      netns: `/run/netns/${name}`,
    }));
    await session.workloads({ whole: true, present: pods, gone: [] });
    await vi.waitUntil(() => stand.store.workloads.get('lone'), 5_000);
    expect((await stand.store.workloads.get('api-x'))?.owners).toEqual([{ kind: 'Pod', name: 'api-x' }, ...rollout]);
    expect((await stand.store.workloads.get('lone'))?.owners).toEqual([{ kind: 'Pod', name: 'lone' }]);

    const flow = { direction: 'egress', protocol: 'tcp', peer: '10.0.0.2', port: 80, verdict: 'allow' };
    const flows = [{ ...flow, sessions: 1, bytes: 1 }];
    const event = { event: 'flows', netns: '/run/netns/api-x', workloads: [{ name: 'server' }], groups: [], flows };
    const events = [JSON.stringify(event)];
    await session.storeBatch({ epoch: 1, firstSequence: 1, sequence: 1, lostBefore: 0, events });
    const { items } = await stand.store.flows.list({}, { limit: 9 });
    expect(items).toMatchObject([{ client: { name: 'api' }, server: { name: 'lone' } }]);
  });

  it('tells an agent of the services in front of its peers, and of their end', async () => {
    const egress = [{ name: 'db', action: 'allow', peers: ['db'], ports: [5432] }];
    const rules = { metadata: { name: 'web' }, spec: { groups: ['web'], egress, allowCuttingDns: true } };
    await apply(spec('web'), spec('db'), { ...spec('web'), kind: 'NetworkRuleSet', ...rules });
    const [one, two] = [new Link(), new Link()];
    const first = await connect(await enrol('node-1'), one);
    const second = await connect(await enrol('node-2'), two);
    await first.session.workloads({ whole: true, present: [workload('w', 'web', '10.0.0.1')], gone: [] });
    await second.session.workloads({ whole: true, present: [workload('d', 'db', '10.0.0.2')], gone: [] });
    await vi.waitFor(() => expect(one.latest.members).toEqual({ db: ['10.0.0.2'] }), 5_000);

    const to = [{ port: 5432, ends: [{ address: '10.0.0.2', isPod: true }] }];
    stand.hub.putService({ id: 'shop/db', addresses: ['10.96.0.9'], ports: [{ protocol: 'tcp', port: 80, to }] });
    expect(one.latest.services).toEqual([
      { address: '10.96.0.9', protocol: 'tcp', port: 80, to: [{ port: 5432, groups: [['db']] }] },
    ]);
    expect(two.latest).not.toHaveProperty('services');
    await apply(spec('db', { mode: 'monitor' }));
    expect(one.latest.services).toHaveLength(1);
    stand.hub.removeService('shop/db');
    await vi.waitFor(() => expect(one.latest).not.toHaveProperty('services'), 5_000);
  });

  it('does not send a snapshot for each change of a Service that flaps, and ends with what is true', async () => {
    const egress = [{ name: 'db', action: 'allow', peers: ['db'], ports: [5432] }];
    const rules = { metadata: { name: 'web' }, spec: { groups: ['web'], egress, allowCuttingDns: true } };
    await apply(spec('web'), spec('db'), { ...spec('web'), kind: 'NetworkRuleSet', ...rules });
    const [link, other] = [new Link(), new Link()];
    const { session } = await connect(await enrol('node-1'), link);
    await session.workloads({ whole: true, present: [workload('w', 'web', '10.0.0.1')], gone: [] });
    const database = await connect(await enrol('node-2'), other);
    await database.session.workloads({ whole: true, present: [workload('d', 'db', '10.0.0.2')], gone: [] });
    await vi.waitFor(() => expect(link.latest.members).toEqual({ db: ['10.0.0.2'] }), 5_000);

    const to = [{ port: 5432, ends: [{ address: '10.0.0.2', isPod: true }] }];
    const before = link.snapshots.length;
    for (let time = 0; time < 100; time++) {
      stand.hub.putService({ id: 'shop/db', addresses: ['10.96.0.9'], ports: [{ protocol: 'tcp', port: 80, to }] });
      stand.hub.removeService('shop/db');
    }
    stand.hub.putService({ id: 'shop/db', addresses: ['10.96.0.9'], ports: [{ protocol: 'tcp', port: 81, to }] });
    await vi.waitFor(() => expect(link.latest.services).toMatchObject([{ port: 81 }]), 5_000);
    expect(link.snapshots.length - before).toBe(2);
  });

  it('tells of what is left out of Services, and an agent elsewhere of none', async () => {
    const egress = [{ name: 'db', action: 'deny', peers: ['db'] }];
    const rules = { metadata: { name: 'web' }, spec: { groups: ['web'], egress, allowCuttingDns: true } };
    await apply(spec('web'), spec('db'), { ...spec('web'), kind: 'NetworkRuleSet', ...rules });
    const link = new Link();
    const { session } = await connect(await enrol('node-1'), link);
    await session.workloads({ whole: true, present: [workload('w', 'web', '10.0.0.1')], gone: [] });
    await vi.waitFor(() => expect(link.latest.members).toEqual({ db: [] }), 5_000);
    expect(await stand.hub.standing()).not.toHaveProperty('services');

    stand.hub.putService({ id: 'shop/wide', addresses: ['10.96.0.9'], ports: [], tooManyEnds: 20_000 });
    expect(link.latest).toMatchObject({ needs: ['unfollowed'], unfollowed: [{ addresses: ['10.96.0.9'] }] });
    const wide = { id: 'shop/wide', cause: 'ends' };
    expect((await stand.hub.standing()).services).toEqual({
      leftOut: [wide],
      unnamed: 0,
      elsewhere: [],
      isRefused: false,
    });
    expect(stand.hub.leftOut.get('ends')).toBe(1);

    stand.hub.putNode('node-2');
    expect(link.latest).not.toHaveProperty('unfollowed');
    expect((await stand.hub.standing()).services).toEqual({
      leftOut: [],
      unnamed: 0,
      elsewhere: ['node-1'],
      isRefused: false,
    });
    stand.hub.putNode('node-1');
    expect(link.latest).toHaveProperty('unfollowed');
    stand.hub.removeNode('node-2');
    stand.hub.removeService('shop/wide');
    expect(await stand.hub.standing()).not.toHaveProperty('services');
  });

  it('sends agents nothing before the services of the cluster are known: what they hold may know of some', async () => {
    await stand.close();
    const { promise: listed, resolve } = Promise.withResolvers<void>();
    stand = await startStand({ services: { follow: () => undefined, listed, isRefused: false } });
    await apply(spec('web'));
    const link = new Link();
    await connect(await enrol('node-1'), link);
    await apply(spec('web', { mode: 'monitor' }));
    expect(link.snapshots).toEqual([]);

    resolve();
    await vi.waitFor(() => expect(link.snapshots).toHaveLength(1), 5_000);
    await apply(spec('web'));
    await vi.waitFor(() => expect(link.snapshots).toHaveLength(2), 5_000);
  });

  it('shows workloads with their groups and whether they are held to them', async () => {
    await apply(spec('web'));
    const id = await enrol('node-1');
    const link = new Link();
    const { session } = await connect(id, link);
    await session.workloads({ whole: true, present: [workload('w', 'web', '10.0.0.2')], gone: [] });
    await vi.waitFor(async () => expect(await stand.store.workloads.get('w')).toBeDefined(), 5_000);
    const enforcement = [{ workloadId: 'w', enforced: false, problem: 'no queue' }];
    await session.policyAnswered({ version: '1', accepted: true, problems: [], enforcement });

    const headers = await stand.token('auditor');
    const { items } = (await stand.app.inject({ url: '/api/v1/workloads', headers })).json<{ items: object[] }>();
    expect(items).toMatchObject([
      { id: 'w', node: 'node-1', groups: [{ name: 'web', mode: 'protect' }], enforced: false, problem: 'no queue' },
    ]);
    expect((await stand.store.agents.get(id))?.policy).toEqual({ applied: '1' });
    expect(await stand.hub.standing()).toMatchObject({
      nodes: 1,
      enforcing: 0,
      notEnforced: [{ where: 'node node-1' }],
    });

    const version = link.snapshots.at(-1)?.version ?? '';
    await session.policyAnswered({ version, accepted: true, problems: [], enforcement });
    expect((await stand.hub.standing()).notEnforced).toEqual([
      { where: 'workload w on node node-1', why: 'no queue', workload: 'w' },
    ]);
    const enforced = [{ workloadId: 'w', enforced: true, problem: undefined }];
    await session.policyAnswered({ version, accepted: true, problems: [], enforcement: enforced });
    expect(await stand.hub.standing()).toEqual({ nodes: 1, enforcing: 1, notEnforced: [] });
  });

  it('knows an agent as connected while one of its streams is, and sends each of them the policy', async () => {
    const id = await enrol('node-1');
    const [before, after] = [new Link(), new Link()];
    const first = await connect(id, before);
    const isConnected = async (): Promise<boolean | undefined> => (await stand.store.agents.get(id))?.connected;

    first.session.closed('it connected again');
    const second = await connect(id, after);
    await first.session.policyAnswered({ version: '1', accepted: true, problems: [], enforcement: [] });
    expect(await isConnected()).toBe(true);
    expect(after.snapshots).toHaveLength(1);

    second.session.closed('ended');
    await vi.waitFor(async () => expect(await isConnected()).toBe(false), 5_000);
  });

  it('knows an agent as connected whose stream before is noted as ended while it is let in', async () => {
    const id = await enrol('node-1');
    const first = await connect(id, new Link());
    const { workloads, events, agents } = stand.store;
    const [kept, noted] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    vi.spyOn(workloads, 'replace').mockReturnValueOnce(kept.promise);
    const [noteConnected, noteDisconnected] = [vi.spyOn(agents, 'noteConnected'), vi.spyOn(agents, 'noteDisconnected')];
    const position = events.position.bind(events);
    // What is asked for after the agent is noted as connected comes only when the end of its first stream is noted.
    vi.spyOn(events, 'position').mockImplementationOnce(async (agent) => {
      if (noteConnected.mock.results.length > 0) await noted.promise;
      return position(agent);
    });
    await first.session.workloads({ whole: true, present: [workload('w', 'web', '10.0.0.2')], gone: [] });
    first.session.closed('it connected again');
    const second = connect(id, new Link());
    await vi.waitFor(() => expect(noteConnected).toHaveBeenCalledOnce(), 5_000);
    await noteConnected.mock.results[0]?.value;
    kept.resolve();
    await new Promise(setImmediate);
    await Promise.all(noteDisconnected.mock.results.map(({ value }) => value as Promise<void>));
    noted.resolve();
    await second;

    expect((await agents.get(id))?.connected).toBe(true);
  });

  it('knows by the store how the agents of another api stand, and has their workloads in its snapshots', async () => {
    await apply(spec('web'), spec('db', { sensors: [{ name: 'payment-cards', from: ['web'] }] }));
    const { store, policy, clock } = stand;
    const follower = await WorkloadFollower.open(store.workloads);
    const relay = {
      command: () => Promise.resolve(undefined),
      settle: () => Promise.resolve(undefined),
      dismiss: () => Promise.resolve(),
      moved: () => Promise.resolve(),
    };
    const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const onNothing = (): void => undefined;
    const told = { onEvents: onNothing, onFlows: onNothing, onPrograms: onNothing, onFiles: onNothing };
    const other = await Hub.open({ store, policy, clock, replica: 'other', relay, logger, ...told });
    const standings = async () => {
      await follower.look(other);
      const [here, there] = [await stand.hub.standing(), await other.standing()];
      expect(there).toEqual(here);
      return there;
    };
    const id = await enrol('node-1');
    const link = new Link();
    const { session } = await connect(id, link);
    await session.workloads({ whole: true, present: [workload('w', 'web', '10.0.0.2')], gone: [] });
    await vi.waitFor(async () => expect(await store.workloads.get('w')).toBeDefined(), 5_000);
    const answer = (version: string, more: object) =>
      session.policyAnswered({ version, accepted: true, problems: [], enforcement: [], ...more });

    expect(await standings()).toMatchObject({ nodes: 1, enforcing: 0, notEnforced: [{ where: 'node node-1' }] });
    const version = link.snapshots.at(-1)?.version ?? '';
    await answer(version, { accepted: false, problems: ['no queue'] });
    expect((await standings()).notEnforced).toEqual([{ where: 'node node-1', why: 'no queue' }]);
    await answer(version, { enforcement: [{ workloadId: 'w', enforced: false, problem: 'no rules' }] });
    expect((await standings()).notEnforced).toEqual([
      { where: 'workload w on node node-1', why: 'no rules', workload: 'w' },
    ]);
    // Of an older agent: what it does not know is not enforced there, and the rest is.
    await answer(version, { problems: ['HostPolicy x: not known'] });
    expect(await standings()).toMatchObject({
      enforcing: 0,
      notEnforced: [{ where: 'node node-1', why: 'HostPolicy x: not known' }],
    });
    await answer(version, { enforcement: [{ workloadId: 'w', enforced: true, problem: undefined }] });
    expect(await standings()).toEqual({ nodes: 1, enforcing: 1, notEnforced: [] });

    const db = new Link();
    const certificate = { serial: '0b', notAfter: 0 };
    const agent = { id: await enrol('node-2'), node: '', version: '1', capabilities: [], policyVersion: undefined };
    const decision = await other.connect({ ...agent, certificate, peer: '' }, db);
    if (!decision.ok) throw new Error(decision.problem);
    await decision.session.workloads({ whole: true, present: [workload('d', 'db', '10.0.0.1')], gone: [] });
    await vi.waitFor(() => expect(db.latest.members).toEqual({ web: ['10.0.0.2'] }), 5_000);
    await session.workloads({ whole: false, present: [], gone: ['w'] });
    await vi.waitFor(async () => {
      await follower.look(other);
      expect(db.latest.members).toEqual({ web: [] });
    }, 5_000);
    await vi.waitFor(async () => expect(await store.workloads.get('d')).toBeDefined(), 5_000);
  });

  it('forgets of an agent that comes back what is not there any more', async () => {
    await apply(spec('web'), spec('db', { sensors: [{ name: 'payment-cards', from: ['web'] }] }));
    const [web, db] = [await enrol('node-1'), new Link()];
    const first = await connect(web, new Link());
    const other = await connect(await enrol('node-2'), db);
    await other.session.workloads({ whole: true, present: [workload('d', 'db', '10.0.0.1')], gone: [] });
    await first.session.workloads({ whole: true, present: [workload('w', 'web', '10.0.0.2')], gone: [] });
    await vi.waitFor(() => expect(db.latest.members).toEqual({ web: ['10.0.0.2'] }), 5_000);

    first.session.closed('ended');
    const second = await connect(web, new Link());
    await second.session.workloads({ whole: true, present: [workload('x', 'web', '10.0.0.9')], gone: [] });

    await vi.waitFor(() => expect(db.latest.members).toEqual({ web: ['10.0.0.9'] }), 5_000);
    await vi.waitFor(async () => expect(await stand.store.workloads.get('x')).toBeDefined(), 5_000);
  });

  it('passes commands on, and shows out who was revoked', async () => {
    const link = new Link();
    const id = await enrol('node-1');
    const { session } = await connect(id, link);
    await session.workloads({ whole: true, present: [workload('w', 'web', '10.0.0.2')], gone: [] });
    await vi.waitFor(async () => expect(await stand.store.workloads.get('w')).toBeDefined(), 5_000);
    const headers = await stand.token('operator');
    const act = { method: 'POST', url: '/api/v1/workloads/w/actions', headers } as const;
    const payload = { kind: 'quarantine', reason: 'looks odd' };

    expect((await stand.app.inject({ ...act, payload })).json()).toEqual({ outcome: 'done', message: 'quarantined' });
    expect(link.commands).toEqual([{ ...payload, workloadId: 'w' }]);

    await stand.app.inject({ method: 'DELETE', url: `/api/v1/agents/${id}`, headers });
    expect(link.closed).toBe('it was revoked');
    await expect(connect(id, new Link())).rejects.toThrow('it was revoked at');
    session.closed('ended');
    expect((await stand.app.inject({ ...act, payload })).statusCode).toBe(503);
  });

  it('does not let in who is revoked while it is let in', async () => {
    const id = await enrol('node-1');
    const { events, agents } = stand.store;
    const position = events.position.bind(events);
    vi.spyOn(events, 'position').mockImplementationOnce(async (agent) => {
      await agents.revoke(id, new Date(stand.clock.at).toISOString());
      await stand.hub.dismiss(id, 'it was revoked');
      return position(agent);
    });

    await expect(connect(id, new Link())).rejects.toThrow('it was revoked');
    expect(stand.hub.isConnectedHere(id)).toBe(false);
    expect(await agents.get(id)).toMatchObject({ connected: false });
  });

  it('shows out who was revoked while others took this api for gone', async () => {
    const [revoked, welcome] = [new Link(), new Link()];
    const id = await enrol('node-1');
    await connect(id, revoked);
    await connect(await enrol('node-2'), welcome);
    // By another api, which did not know any more where the agent is.
    await stand.store.agents.revoke(id, new Date(stand.clock.at).toISOString());

    await stand.hub.reclaim();

    expect(revoked.closed).toBe('it was revoked');
    expect(welcome.closed).toBeUndefined();
  });

  it('has an alert raised where a response rule asks for one, once for each workload', async () => {
    await apply(spec('web'), {
      apiVersion: 'bulkhead.io/v1alpha1',
      kind: 'ResponseRule',
      metadata: { name: 'page-us' },
      spec: {
        groups: ['web'],
        when: { events: ['session-blocked'] },
        after: { count: 2, within: '10m' },
        actions: ['alert'],
      },
    } as { kind: string; metadata: { name: string } });
    const { session } = await connect(await enrol('node-1'), new Link());
    const blocked = (pod: string, groups = ['web']): string =>
      JSON.stringify({ event: 'session-blocked', groups, workloads: [{ name: 'web', namespace: 'shop', pod }] });
    const send = (sequence: number, ...events: string[]): Promise<void> =>
      session.storeBatch({
        epoch: 1,
        firstSequence: sequence,
        sequence: sequence + events.length - 1,
        lostBefore: 0,
        events,
      });

    await send(1, blocked('w-1'), blocked('w-2'), blocked('w-3', ['db']), blocked('w-3', ['db']));
    expect((await stand.store.incidents.list({}, { limit: 9 })).items).toEqual([]);
    await send(5, blocked('w-1'), 'no json');
    const headers = await stand.token('auditor');
    const incidents = (await stand.app.inject({ url: '/api/v1/incidents', headers })).json<{ items: object[] }>();
    expect(incidents.items).toMatchObject([
      { rule: 'page-us', workload: 'w-1', count: 1, title: 'the response rule page-us was met: session-blocked' },
    ]);

    const now = new Date(stand.clock.at).toISOString();
    await stand.store.alerts.raise({ now, limit: 9, sinksFor: () => ['a'], newId: () => 'id' });
    const [waiting] = await stand.store.alerts.claim('a', { now, until: now, limit: 9 });
    expect(waiting?.alert).toMatchObject({ rule: 'page-us', kind: 'response-rule', workload: 'w-1' });
  });
});
