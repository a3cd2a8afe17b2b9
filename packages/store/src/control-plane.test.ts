import { DatabaseSync } from 'node:sqlite';
import type { EventStore, FlowEnd, FlowFilter, FlowObservation, Page, PageRequest } from '@bulkhead/control-plane';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StoreConfig } from './config.ts';
import { openStore, type Store } from './open-store.ts';
import { testDatabases } from './test-support/databases.ts';
import { inside } from './test-support/inside.ts';

const T0 = '2026-11-26T08:00:00.000Z';
const T1 = '2026-11-26T09:00:00.000Z';
const T2 = '2026-11-26T10:00:00.000Z';
/** Text that breaks what is put together instead of passed on. */
const HOSTILE = `'; drop table event; -- <script>alert("x")</script> \\ %_ \u202E 🧱 ${'é'.normalize('NFD')}`;

for (const database of testDatabases()) {
  if (database.missing !== undefined)
    process.stderr.write(`the control plane on ${database.name} is not tested: ${database.missing}\n`);

  describe.skipIf(database.missing !== undefined)(`the control plane on ${database.name}`, () => {
    let store: Store;
    let config: StoreConfig;
    beforeAll(() => database.start());
    afterAll(() => database.remove());
    beforeEach(async () => {
      config = await database.fresh();
      store = await openStore(config);
      await enrol('agent-1', 'node-1');
    });
    afterEach(() => store.close());

    const enrol = (id: string, node: string): Promise<void> => store.agents.enrol({ id, node, enrolledAt: T0 });
    const send = (sequences: readonly number[], over: object = {}, epoch = 1, at = T0) =>
      store.events.append(
        {
          agent: 'agent-1',
          epoch,
          events: sequences.map((sequence) => ({
            sequence,
            document: { event: 'session-blocked', sequence, ...over },
          })),
        },
        at,
      );
    const sequencesOf = async (filter: Parameters<EventStore['list']>[0] = {}): Promise<unknown[]> =>
      (await everything((page) => store.events.list(filter, page))).map(({ document }) => document['sequence']);

    describe('agents', () => {
      it('knows what an agent last said, and keeps what is in force when another snapshot fails', async () => {
        await store.agents.noteConnected('agent-1', {
          at: T1,
          version: '0.1.0',
          certificateSerial: '0a',
          replica: 'one',
        });
        await store.agents.notePolicy('agent-1', { applied: '7' }, T1);
        await store.agents.notePolicy('agent-1', { failed: '8', problem: HOSTILE }, T2);
        await store.agents.noteLoss('agent-1', 3, T2);
        await store.agents.noteLoss('agent-1', 4, T2);

        expect(await store.agents.get('agent-1')).toEqual({
          id: 'agent-1',
          node: 'node-1',
          certificateSerial: '0a',
          enrolledAt: T0,
          version: '0.1.0',
          lastSeen: T2,
          connected: true,
          replica: 'one',
          policy: { applied: '7', failed: '8', problem: HOSTILE },
          eventsLost: 7,
        });
      });

      it('knows which process an agent is connected to, whatever those before it say later', async () => {
        const connect = (replica: string): Promise<unknown> =>
          store.agents.noteConnected('agent-1', { at: T1, version: '0.1.0', certificateSerial: '0a', replica });
        const where = async (): Promise<unknown> => {
          const { connected, replica } = (await store.agents.get('agent-1')) ?? {};
          return [connected, replica];
        };
        const elsewhere = async (replica: string): Promise<readonly string[]> =>
          (await store.agents.connectedElsewhere(replica)).map(({ id }) => id);

        await connect('one');
        await connect('two');
        await store.agents.noteDisconnected('agent-1', T2, 'one');
        expect(await where()).toEqual([true, 'two']);
        expect([await elsewhere('one'), await elsewhere('two')]).toEqual([['agent-1'], []]);

        await store.agents.reclaim(['agent-1'], 'one');
        expect(await where()).toEqual([true, 'two']);
        await store.replicas.remove('two', T2);
        expect(await where()).toEqual([false, undefined]);
        expect(await elsewhere('one')).toEqual([]);
        expect(await store.agents.reclaim(['agent-1', 'nobody'], 'two')).toEqual([]);
        expect(await where()).toEqual([true, 'two']);
        await store.agents.noteDisconnected('agent-1', T2, 'two');
        expect(await where()).toEqual([false, undefined]);

        await store.agents.revoke('agent-1', T2);
        expect(await store.agents.reclaim(['agent-1'], 'two')).toEqual(['agent-1']);
        expect(await connect('two')).toBe('revoked');
        expect(await where()).toEqual([false, undefined]);
      });

      it('keeps a revoked agent known, and lists by node', async () => {
        await enrol('agent-2', 'node-0');

        expect(await store.agents.revoke('agent-1', T1)).toBe('revoked');
        expect(await store.agents.revoke('agent-1', T2)).toBe('revoked');
        expect(await store.agents.revoke('nobody', T1)).toBe('absent');

        const agents = await everything((page) => store.agents.list(page));
        expect(agents.map(({ id, revokedAt }) => [id, revokedAt])).toEqual([
          ['agent-2', undefined],
          ['agent-1', T1],
        ]);
      });
    });

    describe('workloads', () => {
      const workload = (id: string, namespace = 'shop') => ({
        id,
        name: `name of ${id}`,
        namespace,
        labels: { app: HOSTILE },
        owners: [{ kind: 'Pod', name: `${id}-pod` }],
        addresses: ['10.0.0.1', 'fd00::1'],
      });

      it('takes what an agent sees now for all there is on its node', async () => {
        await enrol('agent-2', 'node-2');
        await store.workloads.replace('agent-1', [workload('a'), workload('b')], T0);
        await store.workloads.replace('agent-2', [workload('c', 'bank')], T0);
        await store.workloads.replace('agent-1', [workload('b'), workload('d')], T1);

        const all = await everything((page) => store.workloads.list({}, page));
        expect(all.map(({ id }) => id)).toEqual(['c', 'b', 'd']);
        expect(await store.workloads.get('b')).toEqual({
          ...workload('b'),
          agent: 'agent-1',
          node: 'node-1',
          firstSeen: T0,
          lastSeen: T1,
        });
        await store.workloads.noteEnforcement('agent-1', [
          { id: 'b', enforced: false, problem: HOSTILE },
          { id: 'd', enforced: true },
        ]);
        await store.workloads.noteEnforcement('agent-1', [{ id: 'b', enforced: false, problem: HOSTILE }]);
        expect(await store.workloads.get('b')).toMatchObject({ enforced: false, problem: HOSTILE });
        expect(await store.workloads.get('d')).not.toHaveProperty('enforced');
        const ids = async (filter: object): Promise<string[]> =>
          (await everything((page) => store.workloads.list(filter, page))).map(({ id }) => id);
        expect(await ids({ namespaces: ['shop'] })).toEqual(['b', 'd']);
        expect(await ids({ node: 'node-2' })).toEqual(['c']);
        expect(await ids({ namespaces: ['shop'], node: 'node-2' })).toEqual([]);
      });

      it('takes nothing from a process that the agent has left for another', async () => {
        const ids = async (): Promise<string[]> =>
          (await everything((page) => store.workloads.list({}, page))).map(({ id }) => id);
        const connect = (replica: string): Promise<unknown> =>
          store.agents.noteConnected('agent-1', { at: T0, version: '', certificateSerial: '', replica });
        await connect('one');
        await store.workloads.replace('agent-1', [workload('a')], T0, 'one');
        await connect('two');
        await store.workloads.replace('agent-1', [workload('b')], T1, 'two');

        await store.workloads.replace('agent-1', [workload('a'), workload('c')], T1, 'one');
        expect(await ids()).toEqual(['b']);
        await store.agents.noteDisconnected('agent-1', T1, 'two');
        await store.workloads.replace('agent-1', [workload('d')], T1, 'two');
        expect(await ids()).toEqual(['d']);
      });
    });

    describe('replicas', () => {
      const request = (id: string, replica: string, askedAt = T0) => ({
        id,
        replica,
        agent: 'agent-1',
        document: HOSTILE,
        askedAt,
      });

      it('are known by their beats until they are removed', async () => {
        expect([await store.replicas.beat('b'), await store.replicas.beat('a')]).toEqual(['new', 'new']);
        expect(await store.replicas.beat('b')).toBe('known');
        expect(await store.replicas.list()).toEqual([
          { id: 'a', beat: 1 },
          { id: 'b', beat: 2 },
        ]);
        await store.replicas.remove('b', T1);
        await store.replicas.remove('b', T1);
        expect(await store.replicas.list()).toEqual([{ id: 'a', beat: 1 }]);
        expect(await store.replicas.beat('b')).toBe('new');
      });

      it('take what they are asked once, oldest first, and answer once', async () => {
        const { agentRequests } = store;
        await agentRequests.ask(request('2', 'a', T1));
        await agentRequests.ask(request('1', 'a', T0));
        await agentRequests.ask(request('3', 'b', T0));

        expect(await agentRequests.take('a', 1)).toEqual([request('1', 'a', T0)]);
        expect((await agentRequests.take('a', 9)).map(({ id }) => id)).toEqual(['2']);
        expect(await agentRequests.take('a', 9)).toEqual([]);

        expect(await agentRequests.collect('1')).toBe('waiting');
        await agentRequests.answer('1', HOSTILE);
        expect(await agentRequests.collect('1')).toEqual({ answer: HOSTILE });
        expect(await agentRequests.collect('1')).toBe('gone');
      });

      it('do not do what was withdrawn, nor what is too old, nor what a removed one was asked', async () => {
        const { agentRequests } = store;
        for (const id of ['1', '2']) await agentRequests.ask(request(id, 'a'));
        await agentRequests.ask(request('3', 'b', T2));
        await agentRequests.ask(request('4', 'c', T2));

        expect(await agentRequests.withdraw('1')).toBe('withdrawn');
        expect((await agentRequests.take('a', 9)).map(({ id }) => id)).toEqual(['2']);
        expect(await agentRequests.withdraw('2')).toBe('taken');
        await agentRequests.ask(request('5', 'a', T0));
        expect(await agentRequests.prune(T1)).toBe(1);
        await store.replicas.remove('b', T2);
        expect([await agentRequests.collect('3'), await agentRequests.collect('4')]).toEqual(['gone', 'waiting']);
      });

      it('of two that take at the same time each request is for one', async () => {
        const ids = Array.from({ length: 40 }, (_, index) => String(index));
        for (const id of ids) await store.agentRequests.ask(request(id, 'a'));

        const taken = await Promise.all([0, 1, 2, 3].map(() => store.agentRequests.take('a', 40)));

        expect(
          taken
            .flat()
            .map(({ id }) => id)
            .toSorted(),
        ).toEqual(ids.toSorted());
      });

      it('let a state be used once, whoever comes, until it has expired', async () => {
        const uses = await Promise.all([0, 1, 2, 3].map(() => store.usedStates.use(HOSTILE, T1)));
        expect(uses.filter((isFirst) => isFirst)).toHaveLength(1);
        expect(await store.usedStates.prune(T0)).toBe(0);
        expect(await store.usedStates.use(HOSTILE, T1)).toBe(false);
        expect(await store.usedStates.prune(T1)).toBe(1);
        expect(await store.usedStates.use(HOSTILE, T1)).toBe(true);
      });

      it('see how far the workloads of each agent have come', async () => {
        await enrol('agent-2', 'node-2');
        const versions = async (): Promise<unknown> =>
          (await store.workloads.versions()).map(({ agent, node, version }) => [agent, node, version]);
        expect(await versions()).toEqual([
          ['agent-1', 'node-1', 0],
          ['agent-2', 'node-2', 0],
        ]);
        const workload = { id: 'a', name: 'a', namespace: 'shop', labels: {}, owners: [], addresses: ['10.0.0.1'] };
        await store.workloads.replace('agent-2', [workload], T0);
        await store.workloads.noteEnforcement('agent-2', [{ id: 'a', enforced: false, problem: 'no queue' }]);

        expect(await versions()).toEqual([
          ['agent-1', 'node-1', 0],
          ['agent-2', 'node-2', 1],
        ]);
        expect(await store.workloads.ofAgent('agent-1')).toEqual([]);
        expect(await store.workloads.ofAgent('agent-2')).toMatchObject([{ ...workload, node: 'node-2' }]);
        const notEnforced = async (agents: readonly string[]): Promise<unknown> =>
          (await store.workloads.notEnforced(agents)).map(({ id, problem }) => [id, problem]);
        expect(await notEnforced(['agent-1', 'agent-2'])).toEqual([['a', 'no queue']]);
        expect(await notEnforced(['agent-1'])).toEqual([]);
      });
    });

    describe('events', () => {
      it('keeps each event of an epoch once, however it is sent again', async () => {
        expect(await store.events.position('agent-1')).toBeUndefined();
        expect(await send([1, 2, 3])).toEqual({ stored: 3, position: { epoch: 1, sequence: 3 } });
        expect(await send([2, 3, 4])).toEqual({ stored: 1, position: { epoch: 1, sequence: 4 } });
        expect(await send([1, 2])).toEqual({ stored: 0, position: { epoch: 1, sequence: 4 } });
        expect(await send([1], {}, 2)).toEqual({ stored: 1, position: { epoch: 2, sequence: 1 } });
        expect(await send([5], {}, 1)).toEqual({ stored: 0, position: { epoch: 2, sequence: 1 } });

        expect(await store.events.position('agent-1')).toEqual({ epoch: 2, sequence: 1 });
        expect(await sequencesOf()).toEqual([1, 4, 3, 2, 1]);
      });

      it('keeps texts with ends of lines, controls and halves of characters apart', async () => {
        const texts = ['\n', 'a\nb\r\n', '\\n', '","\n{', '\u0000\u0001\u2028', '\ud83e', '{NULL}', '🧱'];
        const events = texts.map((text, index) => ({ sequence: index + 1, document: { event: 'odd', text } }));

        await store.events.append({ agent: 'agent-1', epoch: 1, events }, T0);

        const kept = await everything((page) => store.events.list({}, page));
        expect(kept.map(({ document }) => document['text']).toReversed()).toEqual(texts);
      });

      it('keeps each event once when its batches come from everywhere at the same time', async () => {
        await Promise.all(
          Array.from({ length: 8 }, (_, at) => send([at + 1, at + 2, at + 3].map((n) => n % 10 || 10))),
        );
        await send(Array.from({ length: 12 }, (_, at) => at + 1));

        const sequences = (await sequencesOf()) as number[];
        expect(new Set(sequences).size).toBe(sequences.length);
        expect(await store.events.position('agent-1')).toEqual({ epoch: 1, sequence: 12 });
      });

      it('keeps what many agents send at once, each event once and in order, whoever else is among them', async () => {
        const agents = Array.from({ length: 12 }, (_, at) => `agent-${at + 1}`);
        for (const agent of agents.slice(1)) await enrol(agent, `node of ${agent}`);
        // Another process of the api, which has agents of its own. An embedded store has one alone.
        const other = database.name === 'postgres' ? await openStore(config) : store;
        try {
          const batch = (agent: string, from: number, count: number) => ({
            agent,
            epoch: 1,
            events: Array.from({ length: count }, (_, at) => ({
              sequence: from + at,
              document: { event: at % 2 === 0 ? 'session-blocked' : 'events-lost', of: agent, sequence: from + at },
            })),
          });
          const sent = [1, 4, 3, 8].flatMap((from) =>
            agents.map((agent, at) => (at % 2 === 0 ? store : other).events.append(batch(agent, from, 6), T0)),
          );
          const strangers = ['x', 'y'].map((name) => store.events.append(batch(name, 1, 2), T0));

          expect((await Promise.allSettled(strangers)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
          await Promise.all(sent);
          await Promise.all(agents.map((agent) => other.events.append(batch(agent, 1, 14), T0)));

          const events = await everything((page) => store.events.list({}, page));
          for (const agent of agents) {
            const own = events.filter((event) => event.agent === agent).map(({ document }) => document['sequence']);
            expect(own).toEqual(Array.from({ length: 14 }, (_, at) => 14 - at));
            expect(await store.events.position(agent)).toEqual({ epoch: 1, sequence: 14 });
          }
          const [incident] = (await store.incidents.list({}, { limit: 10 })).items;
          expect(incident?.count).toBe(events.filter(({ kind }) => kind === 'events-lost').length);
        } finally {
          if (other !== store) await other.close();
        }
      });

      it('keeps nothing of a batch of which something cannot be kept', async () => {
        const stranger = { agent: 'stranger', epoch: 1, events: [{ sequence: 1, document: { event: 'finding' } }] };

        await expect(store.events.append(stranger, T0)).rejects.toMatchObject({ name: 'StoreError' });

        expect(await sequencesOf()).toEqual([]);
        expect(await store.events.position('stranger')).toBeUndefined();
      });

      it('finds by kind, namespace, workload and time', async () => {
        const of = (namespace: string, pod: string) => ({ workloads: [{ name: 'web', namespace, pod }] });
        await send([1], of('shop', 'web-1'), 1, T0);
        await send([2], of('bank', 'web-2'), 1, T1);
        await send([3], { event: 'exception', ...of('shop', 'web-1') }, 1, T2);

        expect(await sequencesOf({ namespaces: ['shop'] })).toEqual([3, 1]);
        expect(await sequencesOf({ namespaces: ['shop', 'bank'] })).toEqual([3, 2, 1]);
        expect(await sequencesOf({ kind: 'exception' })).toEqual([3]);
        expect(await sequencesOf({ workload: 'web-2' })).toEqual([2]);
        expect(await sequencesOf({ since: T1 })).toEqual([3, 2]);
        expect(await sequencesOf({ until: T1 })).toEqual([1]);
        expect(await sequencesOf({ namespaces: ['none'] })).toEqual([]);
      });

      it('gives any text back as it came', async () => {
        let sequence = 0;
        await fc.assert(
          fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), async (text) => {
            sequence += 1;
            await send([sequence], { event: text, masked: text + HOSTILE, workloads: [{ name: text }] });
            const [latest] = (await store.events.list({}, { limit: 1 })).items;
            expect(latest?.document).toMatchObject({ masked: text + HOSTILE, sequence });
          }),
          { numRuns: 50 },
        );
      });

      it('forgets by age and by count, oldest first and never more than it was told at once', async () => {
        await send([1, 2, 3], {}, 1, T0);
        await send([4, 5, 6], {}, 1, T1);

        expect(await store.events.prune({ receivedBefore: T1, maxEvents: 100 }, 2)).toBe(2);
        expect(await sequencesOf()).toEqual([6, 5, 4, 3]);
        expect(await store.events.prune({ receivedBefore: T1, maxEvents: 100 }, 100)).toBe(1);
        expect(await store.events.prune({ receivedBefore: T0, maxEvents: 2 }, 100)).toBe(1);
        expect(await sequencesOf()).toEqual([6, 5]);
        expect(await store.events.prune({ receivedBefore: T2, maxEvents: 2 }, 100)).toBe(2);
        expect(await store.events.prune({ receivedBefore: T2, maxEvents: 2 }, 100)).toBe(0);
        expect(await store.events.position('agent-1')).toEqual({ epoch: 1, sequence: 6 });
      });

      it('refuses a cursor that it did not give', async () => {
        for (const after of ['', 'x', Buffer.from('["a"]').toString('base64url'), 'A'.repeat(10_000)]) {
          await expect(store.events.list({}, { limit: 1, after })).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
        }
      });
    });

    describe('flows', () => {
      const web: FlowEnd = { kind: 'workload', namespace: 'shop', name: 'web' };
      const db: FlowEnd = { kind: 'workload', namespace: 'bank', name: 'db' };
      const flow = (over: Partial<FlowObservation> = {}): FlowObservation => ({
        client: web,
        server: db,
        seenBy: 'client',
        protocol: 'tcp',
        port: 5432,
        application: 'postgres',
        verdict: 'allow',
        bytes: 1_000,
        sessions: 1,
        ...over,
      });
      let told = 0;
      beforeEach(() => {
        told = 0;
      });
      /** An event for each time at which flows were seen. */
      const tell = (seen: Record<string, readonly FlowObservation[]>, malformed = 0) => {
        const events = Object.entries(seen).map(([at, flows]) => {
          told += 1;
          return { sequence: told, document: { event: 'flows', sequence: told }, flows: report(at, flows, malformed) };
        });
        return store.events.append({ agent: 'agent-1', epoch: 1, events }, T2);
      };
      const report = (at: string, flows: readonly FlowObservation[], malformed = 0) => ({
        at,
        flows,
        notCounted: 0,
        malformed,
      });
      const all = (filter: FlowFilter = {}) => everything((page) => store.flows.list(filter, page));

      it('are summed up over batches and within one, whatever comes late, and are no events', async () => {
        await tell({ [T1]: [flow(), flow()] });
        await tell({ [T2]: [flow({ bytes: 2 ** 40 })], [T0]: [flow({ sessions: 7 })] });

        expect(await all()).toEqual([
          {
            id: expect.any(Number),
            ...flow(),
            seenBy: ['client'],
            bytes: 3_000 + 2 ** 40,
            sessions: 10,
            firstSeen: T0,
            lastSeen: T2,
          },
        ]);
        expect(await sequencesOf()).toEqual([]);
      });

      it('that are seen at both ends are counted once, as far as either saw them', async () => {
        await tell({ [T0]: [flow({ bytes: 500, sessions: 2 }), flow({ seenBy: 'server', bytes: 400, sessions: 3 })] });
        await tell({ [T1]: [flow({ seenBy: 'server', bytes: 200, sessions: 0 })] });

        expect(await all()).toMatchObject([{ seenBy: ['client', 'server'], bytes: 600, sessions: 3 }]);
        await tell({ [T1]: [flow({ bytes: 0, sessions: 0, port: 1 })] });
        expect(await all({ port: 1 })).toMatchObject([{ seenBy: ['client'], bytes: 0, sessions: 0 }]);
      });

      it('are all counted, whoever tells of them at the same time', async () => {
        const agents = Array.from({ length: 8 }, (_, at) => `busy-${at}`);
        for (const agent of agents) await enrol(agent, agent);
        // A file has one process, a server several.
        const other = store.dialect === 'sqlite' ? store : await openStore(config);
        const observation = fc.record({
          client: fc.constantFrom(web, db),
          seenBy: fc.constantFrom('client' as const, 'server' as const),
          application: fc.constantFrom('', 'tls', 'http'),
          port: fc.constantFrom(1, 2, 3),
          sessions: fc.nat(9),
        });
        const batches = fc.sample(fc.array(observation, { minLength: 20, maxLength: 40 }), 160);
        const appended = batches.map((seen, at) => {
          const flows = seen.map(({ application, ...over }) => {
            const { application: _, ...rest } = flow(over);
            return { ...rest, ...(application !== '' && { application }) };
          });
          const [sequence, agent] = [Math.floor(at / agents.length) + 1, agents[at % agents.length] ?? ''];
          const events = [{ sequence, document: {}, flows: report(T0, flows) }];
          return (at % 2 === 0 ? store : other).events.append({ agent, epoch: 1, events }, T0);
        });
        await Promise.all(appended);
        if (other !== store) await other.close();

        const toldAt = (side: FlowObservation['seenBy']): number =>
          batches
            .flat()
            .filter(({ seenBy }) => seenBy === side)
            .reduce((sum, { sessions }) => sum + sessions, 0);
        await inside(config, async (tables) => {
          const { rows } = await sql<{ client: unknown; server: unknown }>`
            select sum(client_sessions) as client, sum(server_sessions) as server from flow`.execute(tables);
          expect(rows.map(({ client, server }) => [Number(client), Number(server)])).toEqual([
            [toldAt('client'), toldAt('server')],
          ]);
        });
      });

      describe('whose ends do not both know what is spoken', () => {
        const { application: _, ...silent } = flow();
        const client = (over: Partial<FlowObservation> = {}): FlowObservation => ({ ...silent, bytes: 10, ...over });
        const server = (over: Partial<FlowObservation> = {}): FlowObservation => flow({ seenBy: 'server', ...over });
        const kept = async (): Promise<unknown[]> =>
          (await all())
            .map(({ application = '', seenBy, sessions }) => `${application}: ${sessions} by ${seenBy.join(' and ')}`)
            .toSorted();

        it('are one, whoever told first, and whether in one batch or not', async () => {
          await tell({ [T0]: [client()], [T1]: [server()] });
          expect(await kept()).toEqual(['postgres: 1 by client and server']);
          await tell({ [T2]: [client({ sessions: 4 })] });
          expect(await kept()).toEqual(['postgres: 5 by client and server']);
          expect(await all()).toMatchObject([{ firstSeen: T0, lastSeen: T2, bytes: 1_000 }]);

          await tell({ [T0]: [client({ port: 1 })] });
          await tell({ [T0]: [client({ port: 1, sessions: 2 })] });
          await tell({ [T1]: [server({ port: 1 })] });
          expect(await all({ port: 1 })).toMatchObject([{ application: 'postgres', sessions: 3, firstSeen: T0 }]);
        });

        it('are of what was spoken last, where the other end has heard several things', async () => {
          await tell({ [T0]: [server()], [T1]: [server({ application: 'tls' })] });
          await tell({ [T2]: [client({ sessions: 3 })] });
          expect(await kept()).toEqual(['postgres: 1 by server', 'tls: 3 by client and server']);
        });

        it('stay two where the other end does not know it of all either', async () => {
          await tell({ [T0]: [server(), server({ application: undefined as never })] });
          await tell({ [T1]: [client({ sessions: 3 })] });
          expect(await kept()).toEqual([': 3 by client and server', 'postgres: 1 by server']);
        });

        it('stay two where the silent end said of others itself what is spoken: it looks, and knows not what these are', async () => {
          await tell({ [T0]: [client({ application: 'postgres' }), server()] });
          await tell({ [T1]: [client({ sessions: 3 })] });
          await tell({ [T2]: [server({ application: undefined as never, sessions: 3 })] });
          expect(await kept()).toEqual([': 3 by client and server', 'postgres: 1 by client and server']);
        });

        it('are not told apart by more applications than anybody speaks, and all are counted', async () => {
          const tellOf = (from: number) =>
            [...Array(60).keys()].map((at) => server({ application: `made up ${from + at}` }));
          await tell({ [T0]: tellOf(0) });
          await tell({ [T1]: [...tellOf(30), ...tellOf(90)] });
          await tell({ [T2]: [client({ application: 'made up 1000', sessions: 500 }), ...tellOf(0)] });
          const flows = await all();
          expect(flows).toHaveLength(65);
          expect(flows.filter(({ application }) => application === undefined)).toMatchObject([{ sessions: 500 }]);
          expect(flows.find(({ application }) => application === 'made up 59')?.sessions).toBe(3);
        });

        it('stay two where they differ in more, or nobody but one end tells of them', async () => {
          const guest: FlowEnd = { kind: 'address', name: '192.0.2.1' };
          await tell({ [T0]: [client({ verdict: 'block' }), client({ port: 2 }), client()] });
          await tell({
            [T1]: [flow({ client: guest, seenBy: 'server' }), client({ client: guest, seenBy: 'server' })],
          });
          await tell({ [T1]: [flow()] });
          expect(await all()).toHaveLength(6);
          expect(await kept()).toContain('postgres: 1 by client');
        });
      });

      it('are none in no namespace, as all else that is in one', async () => {
        await tell({ [T0]: [flow()] }, 1);
        const page = { limit: 9 };
        const none = { namespaces: [] };
        const lists = [store.flows, store.events, store.incidents, store.workloads, store.nodeScans];
        for (const list of lists) expect(await list.list(none, page)).toEqual({ items: [] });
        expect(await all({ ...none, workload: 'web' })).toEqual([]);
      });

      it('are told apart by each end, what is spoken, the port and the verdict', async () => {
        const others = [
          flow({ client: { ...web, namespace: 'bank' } }),
          flow({ client: { kind: 'workload', name: 'web' } }),
          flow({ client: { kind: 'node', name: 'web' } }),
          flow({ server: { kind: 'address', name: '192.0.2.1' } }),
          flow({ server: { kind: 'address', name: '192.0.2.1', domain: 'example.org' } }),
          flow({ protocol: 'udp' }),
          flow({ port: 5433 }),
          flow({ protocol: 'icmp' }),
          flow({ application: 'tls' }),
          flow({ verdict: 'block' }),
        ].map(({ port, ...rest }) =>
          rest.protocol === 'icmp' ? rest : { ...rest, ...(port !== undefined && { port }) },
        );
        const { application: _, ...unknown } = flow();
        await tell({ [T0]: [...others, unknown, flow()] });

        const kept = await all();
        expect(kept).toHaveLength(12);
        for (const { seenBy: _side, ...one } of [...others, unknown])
          expect(kept).toContainEqual(expect.objectContaining(one));
        expect(kept.filter((one) => one.port === undefined && one.protocol === 'icmp')).toHaveLength(1);
      });

      it('are found by namespace, workload, verdict, application, port and when they were last seen', async () => {
        const guest: FlowEnd = { kind: 'address', name: '192.0.2.1' };
        await tell({
          [T0]: [flow()],
          [T1]: [flow({ client: guest, verdict: 'block' })],
          [T2]: [flow({ client: { kind: 'node', name: 'web' }, server: web, port: 80, application: 'http' })],
        });
        const seen = async (filter: FlowFilter): Promise<readonly string[]> =>
          (await all(filter)).map(({ lastSeen }) => lastSeen);

        expect(await seen({})).toEqual([T2, T1, T0]);
        expect(await seen({ namespaces: ['shop'] })).toEqual([T2, T0]);
        expect(await seen({ namespaces: ['bank'] })).toEqual([T1, T0]);
        // The other end's namespace makes no workload of this one.
        expect(await seen({ namespaces: ['bank'], workload: 'web' })).toEqual([]);
        expect(await seen({ workload: 'web' })).toEqual([T2, T0]);
        expect(await seen({ workload: '192.0.2.1' })).toEqual([]);
        expect(await seen({ verdict: 'block' })).toEqual([T1]);
        expect(await seen({ application: 'http' })).toEqual([T2]);
        expect(await seen({ port: 5432 })).toEqual([T1, T0]);
        expect(await seen({ since: T1, port: 5432 })).toEqual([T1]);
      });

      it('are forgotten where they were not seen for long, and where there are too many', async () => {
        const ports = (from: number, count: number) =>
          Array.from({ length: count }, (_, at) => flow({ port: from + at }));
        await tell({ [T0]: ports(1, 3), [T1]: ports(4, 3), [T2]: ports(7, 3) });
        const left = async (): Promise<readonly unknown[]> => (await all()).map(({ lastSeen }) => lastSeen);

        expect(await store.flows.prune({ seenBefore: T1, maxFlows: 9 }, 2)).toBe(2);
        expect(await store.flows.prune({ seenBefore: T1, maxFlows: 9 }, 2)).toBe(1);
        expect(await store.flows.prune({ seenBefore: T1, maxFlows: 9 }, 2)).toBe(0);
        expect(await store.flows.prune({ seenBefore: T1, maxFlows: 2 }, 3)).toBe(3);
        expect(await left()).toEqual([T2, T2, T2]);
        expect(await store.flows.prune({ seenBefore: T1, maxFlows: 2 }, 3)).toBe(1);
        expect(await left()).toEqual([T2, T2]);
      });

      it('are forgotten of whoever told of too many, with the groups of what it told of', async () => {
        await store.agents.enrol({ id: 'agent-2', node: 'node-2', enrolledAt: T0 });
        const ended = (name: string, agent: string, at: string) =>
          store.events.append(
            {
              agent,
              epoch: 1,
              events: Array.from({ length: name === 'web' ? 2 : 9 }, (_, port) => {
                const client: FlowEnd = { kind: 'workload', namespace: 'shop', name: `${name}-${port}` };
                return {
                  sequence: port + 1,
                  document: { event: 'flows' },
                  flows: { ...report(at, [flow({ client, port })]), local: { end: client, groups: ['shop'] } },
                };
              }),
            },
            T2,
          );
        await ended('web', 'agent-1', T0);
        await ended('made-up', 'agent-2', T2);
        while ((await store.flows.prune({ seenBefore: T0, maxFlows: 5 }, 2)) > 0);

        const kept = ['web-0', 'web-1'];
        expect(
          (await all())
            .map(({ client }) => client.name)
            .filter((name) => name.startsWith('web'))
            .toSorted(),
        ).toEqual(kept);
        expect(await all()).toHaveLength(5);
        const groups = (await store.flows.groups(9)).map(({ name }) => name);
        expect(groups.filter((name) => name.startsWith('web')).toSorted()).toEqual(kept);
        expect(groups).toHaveLength(5);
      });

      it('are read on in the order in which they came to be known, whatever is seen again meanwhile', async () => {
        await tell({ [T0]: [flow({ port: 1 }), flow({ port: 2 })], [T1]: [flow({ port: 3 })] });
        const [first, second] = await store.flows.inOrder(0, '', 2);
        await tell({ [T2]: [flow({ port: 3 }), flow({ port: 1 })] });

        const ports = [first, second, ...(await store.flows.inOrder(second?.id ?? 0, '', 2))].map((one) => one?.port);
        expect(new Set(ports)).toEqual(new Set([1, 2, 3]));
        expect(new Set((await store.flows.inOrder(0, T2, 9)).map(({ port }) => port))).toEqual(new Set([1, 3]));
      });

      it('have workloads whose groups are known, each set of them, as long as their flows', async () => {
        const events = [
          [T1, web, ['shop', 'web']],
          [T0, web, ['shop', 'web']],
          [T2, web, ['shop']],
          [T0, { kind: 'workload', name: 'lone' } as const, [`\0\ud800${HOSTILE}`]],
          [T0, { kind: 'node', name: 'node-1' } as const, ['none']],
        ] as const;
        const sequenced = events.map(([at, end, groups], index) => ({
          sequence: index + 1,
          document: { event: 'flows' },
          flows: { ...report(at, []), local: { end, groups } },
        }));
        await store.events.append({ agent: 'agent-1', epoch: 1, events: sequenced }, T2);

        const shop = { namespace: 'shop', name: 'web' };
        expect(await store.flows.groups(9)).toEqual([
          { ...shop, groups: ['shop'], lastSeen: T2 },
          { ...shop, groups: ['shop', 'web'], lastSeen: T1 },
          { name: 'lone', groups: [`\0\ud800${HOSTILE}`], lastSeen: T0 },
        ]);
        expect(await store.flows.groups(1)).toHaveLength(1);
        await store.flows.prune({ seenBefore: T0, maxFlows: 2 }, 1);
        expect(await store.flows.groups(9)).toHaveLength(2);
        await store.flows.prune({ seenBefore: T2, maxFlows: 9 }, 9);
        expect(await store.flows.groups(9)).toEqual([{ ...shop, groups: ['shop'], lastSeen: T2 }]);
      });

      it('are kept beside the event where not all of it is understood, whatever their ends are called', async () => {
        const name = HOSTILE.repeat(100);
        const kept = (text: string): string => text.slice(0, 253).toWellFormed();
        const end: FlowEnd = { kind: 'workload', namespace: `\0\ud800${name}`, name: `\0${name}` };
        const random = Array.from({ length: 253 }, (_, at) =>
          String.fromCodePoint(0x4e00 + ((at * 7919) % 20_000)),
        ).join('');
        const others = ['client', 'server'].map(() => ({ kind: 'workload' as const, namespace: random, name: random }));
        await tell({ [T0]: [flow({ client: end, server: end, application: `\0${name}` })] }, 1);
        await tell({ [T1]: [flow({ client: others[0] ?? end, server: others[1] ?? end, application: random })] });

        expect(await sequencesOf()).toEqual([1]);
        expect(await all()).toMatchObject([
          { client: { name: random } },
          { client: { name: kept(`\uFFFD${name}`), namespace: kept(`\uFFFD\uFFFD${name}`) } },
        ]);
      });
    });

    describe('incidents', () => {
      const finding = {
        event: 'finding',
        detector: 'card-number',
        sensor: 'payment-cards',
        verdict: 'block',
        confidence: 'high',
        workloads: [{ name: 'web', namespace: 'shop', pod: 'web-1' }],
      };

      it('gather observations of one cause until somebody closes them', async () => {
        await send([1, 2], { ...finding, time: T0 });
        await send([3], { ...finding, time: T1 });
        const [first] = (await store.incidents.list({}, { limit: 9 })).items;
        const latest = (await store.events.list({}, { limit: 1 })).items[0]?.id;

        expect(first).toMatchObject({ state: 'open', count: 3, firstSeen: T0, lastSeen: T1, lastEvent: latest });

        const id = first?.id ?? 0;
        expect(await store.incidents.change(id, { state: 'acknowledged', by: 'ada', at: T1 })).toBe('changed');
        await send([4], { ...finding, time: T2 });
        expect(await store.incidents.get(id)).toMatchObject({ state: 'acknowledged', count: 4, changedBy: 'ada' });

        const closing = { state: 'closed', by: 'ada', at: T2, note: HOSTILE } as const;
        expect(await store.incidents.change(id, closing)).toBe('changed');
        await send([5], { ...finding, time: T2 });
        const incidents = (await store.incidents.list({}, { limit: 9 })).items;
        expect(incidents.map(({ state, count }) => [state, count])).toEqual([
          ['open', 1],
          ['closed', 4],
        ]);
        expect(incidents[1]?.note).toBe(HOSTILE);
        expect(await store.incidents.change(id, { state: 'open', by: 'ada', at: T2 })).toBe('conflict');
        expect(await store.incidents.change(999, { state: 'open', by: 'ada', at: T2 })).toBe('absent');
        expect((await store.incidents.list({ state: 'open' }, { limit: 9 })).items).toHaveLength(1);
        expect((await store.incidents.list({ namespaces: ['bank'] }, { limit: 9 })).items).toEqual([]);
      });
    });

    describe('policy documents', () => {
      const wanted = (name: string, spec: object | undefined, kind = 'DataSensor') => ({
        kind,
        name,
        document:
          spec === undefined ? undefined : { apiVersion: 'bulkhead.io/v1alpha1', kind, metadata: { name }, spec },
      });
      const change = (documents: Parameters<Store['policies']['change']>[0], basedOn: number) =>
        store.policies.change(documents, { by: 'ada', at: T0, basedOn });

      it('rise in version with each change, and remember who made it', async () => {
        expect(await change([wanted('a', { x: 1 }), wanted('b', {})], 0)).toEqual({ outcome: 'changed', version: 2 });
        expect(await change([wanted('a', { x: 1 })], 2)).toEqual({ outcome: 'unchanged', version: 2 });
        expect(await change([wanted('a', { x: HOSTILE }), wanted('b', undefined)], 2)).toMatchObject({ version: 4 });

        const { version, documents } = await store.policies.all();
        expect([version, documents.map(({ name, version: own }) => [name, own])]).toEqual([4, [['a', 3]]]);
        const history = await everything((page) => store.policies.history({}, page));
        expect(
          history.map(({ version: at, name, before, after }) => [at, name, before?.['spec'], after?.['spec']]),
        ).toEqual([
          [4, 'b', {}, undefined],
          [3, 'a', { x: 1 }, { x: HOSTILE }],
          [2, 'b', undefined, {}],
          [1, 'a', undefined, { x: 1 }],
        ]);
        expect((await store.policies.history({ kind: 'DataSensor', name: 'b' }, { limit: 9 })).items).toHaveLength(2);
      });

      it('are only changed by who saw the latest', async () => {
        await change([wanted('a', {})], 0);

        expect(await change([wanted('b', {})], 0)).toEqual({ outcome: 'conflict', version: 1 });

        const outcomes = await Promise.all(['c', 'd', 'e'].map((name) => change([wanted(name, {})], 1)));
        expect(outcomes.map(({ outcome }) => outcome).toSorted()).toEqual(['changed', 'conflict', 'conflict']);
        expect(await store.policies.version()).toBe(2);
      });

      it('are listed by kind and name', async () => {
        await change([wanted('b', {}), wanted('a', {}, 'WorkloadGroup'), wanted('a', {})], 0);

        const names = await everything((page) => store.policies.list({}, page));
        expect(names.map(({ kind, name }) => `${kind}/${name}`)).toEqual([
          'DataSensor/a',
          'DataSensor/b',
          'WorkloadGroup/a',
        ]);
        expect((await store.policies.list({ kind: 'WorkloadGroup' }, { limit: 9 })).items).toHaveLength(1);
        expect(await store.policies.get('WorkloadGroup', 'b')).toBeUndefined();
      });
    });

    describe('accounts', () => {
      const account = (name: string, role: 'admin' | 'ci' = 'admin') => ({
        id: `id-${name}`,
        name,
        bindings: [{ role }],
        createdAt: T0,
        passwordHash: `hash of ${name}`,
      });

      it('have one first, however many try', async () => {
        const tries = await Promise.all(['a', 'b', 'c'].map((name) => store.accounts.createFirst(account(name))));

        expect(tries.toSorted()).toEqual(['created', 'exists', 'exists']);
        expect((await store.accounts.list({ limit: 9 })).items).toHaveLength(1);
      });

      it('are found by name, id and provider', async () => {
        const provider = { issuer: 'https://id.example', subject: HOSTILE };
        await store.accounts.create(account('ada'));
        await store.accounts.create({
          id: 'x',
          name: HOSTILE,
          bindings: [{ role: 'ci', namespace: 'shop' }],
          createdAt: T0,
          provider,
        });

        expect(await store.accounts.create(account('ada'))).toBe('exists');
        expect(await store.accounts.byId('id-ada')).toEqual({
          id: 'id-ada',
          name: 'ada',
          bindings: [{ role: 'admin' }],
          disabled: false,
          createdAt: T0,
        });
        expect(await store.accounts.byProvider(provider.issuer, HOSTILE)).toMatchObject({
          name: HOSTILE,
          bindings: [{ role: 'ci', namespace: 'shop' }],
          provider,
        });
        expect(await store.accounts.passwordHash('id-ada')).toBe('hash of ada');
        expect(await store.accounts.passwordHash('x')).toBeUndefined();
      });

      it('never leave nobody who administers', async () => {
        await store.accounts.create(account('ada'));
        await store.accounts.create(account('bot', 'ci'));

        expect(await store.accounts.remove('id-ada')).toBe('last-admin');
        expect(await store.accounts.change('id-ada', { disabled: true })).toBe('last-admin');
        expect(await store.accounts.change('id-ada', { bindings: [{ role: 'admin', namespace: 'shop' }] })).toBe(
          'last-admin',
        );
        await store.accounts.create(account('eve'));
        const removed = await Promise.all([store.accounts.remove('id-ada'), store.accounts.remove('id-eve')]);
        expect(removed.toSorted()).toEqual(['last-admin', 'removed']);
        expect(await store.accounts.remove('id-bot')).toBe('removed');
        expect(await store.accounts.remove('id-bot')).toBe('absent');
      });

      it('lose their sessions with their password, when disabled and when removed', async () => {
        const open = (hash: string) =>
          store.sessions.open({ hash, accountId: 'id-bob', openedAt: T0, usedAt: T0, expiresAt: T2 });
        await store.accounts.create(account('ada'));
        await store.accounts.create(account('bob'));

        for (const end of [
          () => store.accounts.change('id-bob', { passwordHash: 'new' }),
          () => store.accounts.change('id-bob', { disabled: true }),
          () => store.accounts.remove('id-bob'),
        ]) {
          await open('s');
          expect(await store.sessions.find('s', T1, T0)).toMatchObject({ accountId: 'id-bob' });
          await end();
          expect(await store.sessions.find('s', T1, T0)).toBeUndefined();
        }
      });
    });

    describe('sessions and tokens', () => {
      it('end a session when it expires and when it is idle', async () => {
        await store.accounts.create({ id: 'a', name: 'ada', bindings: [], createdAt: T0 });
        const session = { accountId: 'a', openedAt: T0, usedAt: T0, expiresAt: T2 };
        await store.sessions.open({ ...session, hash: 'one' });
        await store.sessions.open({ ...session, hash: 'two' });

        expect(await store.sessions.find('one', T2, T0)).toBeUndefined();
        expect(await store.sessions.find('one', T1, T1)).toBeUndefined();
        await store.sessions.touch('one', T1);
        expect(await store.sessions.find('one', T1, T1)).toBeDefined();
        expect(await store.sessions.prune(T1, T1)).toBe(1);
        await store.sessions.close('one');
        expect(await store.sessions.find('one', T1, T1)).toBeUndefined();
      });

      it('lock a key after so many failures, again and again, for a time', async () => {
        const policy = { failures: 3, lockMs: 60_000 };
        const later = new Date(Date.parse(T0) + 60_000).toISOString();

        expect(await store.signIns.fail('k', T0, policy)).toBeUndefined();
        expect(await store.signIns.fail('k', T0, policy)).toBeUndefined();
        expect(await store.signIns.lockedUntil('k', T0)).toBeUndefined();
        expect(await store.signIns.fail('k', T0, policy)).toBe(later);
        expect(await store.signIns.lockedUntil('k', T0)).toBe(later);
        expect(await store.signIns.lockedUntil('k', later)).toBeUndefined();
        expect(await store.signIns.fail('k', T1, policy)).toBeUndefined();
        await store.signIns.clear('k');
        expect(await store.signIns.lockedUntil('k', T0)).toBeUndefined();
        await store.signIns.fail('old', T0, policy);
        expect(await store.signIns.prune(T1)).toBe(1);
      });

      it('find a token until it expires or is revoked', async () => {
        const token = {
          id: 't',
          name: HOSTILE,
          binding: { role: 'ci', namespace: 'shop' },
          createdBy: 'ada',
          createdAt: T0,
          expiresAt: T2,
        } as const;
        await store.apiTokens.create({ ...token, hash: 'h' });

        expect(await store.apiTokens.find('h', T1)).toEqual(token);
        expect(await store.apiTokens.find('h', T2)).toBeUndefined();
        await store.apiTokens.touch('t', T1);
        expect((await store.apiTokens.list({ limit: 9 })).items).toEqual([{ ...token, lastUsedAt: T1 }]);
        expect(await store.apiTokens.revoke('t', T1)).toBe('revoked');
        expect(await store.apiTokens.find('h', T1)).toBeUndefined();
        expect(await store.apiTokens.revoke('none', T1)).toBe('absent');
      });

      it('give the last use of an enrolment token to one of those that ask at once', async () => {
        const token = { id: 'e', createdBy: 'ada', createdAt: T0, expiresAt: T2, usesLeft: 2 };
        await store.enrolmentTokens.create({ ...token, hash: 'h' });

        const uses = await Promise.all(Array.from({ length: 5 }, () => store.enrolmentTokens.use('e', 'h', T1)));

        expect(uses.filter((use) => use !== undefined)).toHaveLength(2);
        await store.enrolmentTokens.create({ ...token, id: 'f', hash: 'g' });
        expect(await store.enrolmentTokens.use('f', 'g', T2)).toBeUndefined();
        expect(await store.enrolmentTokens.revoke('f', T1)).toBe('revoked');
        expect(await store.enrolmentTokens.use('f', 'g', T1)).toBeUndefined();
        expect(
          (await store.enrolmentTokens.list({ limit: 9 })).items.map(({ id, usesLeft }) => [id, usesLeft]),
        ).toEqual([
          ['e', 0],
          ['f', 2],
        ]);
      });
    });

    describe('the audit log', () => {
      const record = (actor: string) => ({
        at: T0,
        actor,
        address: '192.0.2.1',
        action: 'sign-in',
        target: HOSTILE,
        outcome: 'refused' as const,
        detail: { name: `\0${HOSTILE}`, nothing: undefined },
      });

      it('chains what comes from everywhere at the same time', async () => {
        await Promise.all(Array.from({ length: 20 }, (_, at) => store.audit.append(record(`a\0${at}`))));

        const entries = await everything((page) => store.audit.list({}, page));
        const check = await store.audit.check();
        expect(entries.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, at) => 20 - at));
        expect(check).toEqual({ entries: 20, head: entries[0]?.hash });
        expect((await store.audit.list({ actor: 'a\uFFFD3' }, { limit: 9 })).items).toHaveLength(1);
        expect((await store.audit.list({ action: 'other' }, { limit: 9 })).items).toEqual([]);
      });
    });
  });
}

describe('the audit log of a file that somebody changed', () => {
  const [database] = testDatabases();
  if (database === undefined) throw new Error('no database to test with');
  beforeAll(() => database.start());
  afterAll(() => database.remove());

  it.each([
    ['a changed entry', "update audit set actor = 'eve' where id = 3", 3],
    ['a missing entry', 'delete from audit where id = 2', 2],
    ['a missing end', 'delete from audit where id = 5', 5],
    ['a log that was emptied', 'delete from audit', 1],
    ['a new beginning', 'delete from audit; update audit set id = 1', 1],
  ])('shows %s', async (_, damage, brokenAt) => {
    const config = await database.fresh();
    const store = await openStore(config);
    for (let at = 0; at < 5; at += 1) {
      const record = {
        at: T0,
        actor: 'ada',
        address: '',
        action: 'x',
        target: '',
        outcome: 'done',
        detail: {},
      } as const;
      await store.audit.append(record);
    }
    const file = new DatabaseSync(config.file ?? '');
    file.exec(damage);
    file.close();

    expect((await store.audit.check()).brokenAt).toBe(brokenAt);
    await store.close();
  });
});

/** Reads a list to its end in the smallest portions: what is on two of them, or on none, shows. */
async function everything<Item>(list: (page: PageRequest) => Promise<Page<Item>>): Promise<Item[]> {
  const items: Item[] = [];
  for (let after: string | undefined; ; ) {
    const page: Page<Item> = await list({ limit: 1, after });
    items.push(...page.items);
    if (page.next === undefined) return items;
    after = page.next;
  }
}
