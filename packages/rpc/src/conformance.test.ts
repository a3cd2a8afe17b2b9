import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Spool } from './spool/spool.ts';
import { OpensslAuthority } from './test-support/openssl-authority.ts';
import { numbered, withStand } from './test-support/stand.ts';
import { MAX_BATCH_BYTES, MAX_BATCHES_IN_FLIGHT } from './wire/limits.ts';

const WORKLOAD = {
  id: 'c1',
  name: 'shop',
  namespace: 'default',
  labels: { app: 'shop' },
  owners: [{ kind: 'Pod', name: 'shop-1' }],
  addresses: ['10.0.0.1', 'fd00::1'],
  netns: { path: '/run/netns/shop' },
};

describe('an agent and a control plane', () => {
  it('meet by a token, and then know each other by certificates', () =>
    withStand(async (stand) => {
      const credentials = await stand.enrol();
      stand.connect(credentials, stand.openSpool());
      await stand.until(() => stand.hub.agents.length === 1);

      expect(stand.hub.agents[0]).toMatchObject({
        id: 'agent-1',
        node: 'node-1',
        version: '1',
        capabilities: ['capture'],
      });
      expect(stand.server.connected).toBe(1);
      expect(JSON.stringify(stand.log)).not.toContain(stand.hub.secret);
      // Looking at whom one enrols at is no refusal.
      expect(JSON.stringify(stand.log)).not.toContain('refused');
    }));

  it('bring events to the store once and in order', () =>
    withStand(async (stand) => {
      const spool = stand.openSpool();
      const connection = stand.connect(await stand.enrol(), spool);
      for (let from = 0; from < 5_000; from += 50) {
        spool.append(numbered(from, from + 50));
        connection.notify();
      }
      await stand.until(() => spool.waiting === 0);

      expect(stand.hub.events).toEqual(numbered(0, 5_000));
      expect(stand.hub.lost).toBe(0);
    }));

  it('lose and double nothing when connections are cut at any byte', () =>
    withStand(async (stand) => {
      const credentials = await stand.enrol();
      const spool = stand.openSpool();
      // From within the handshake to within the batches, each place a few times.
      let cut = 200;
      stand.proxy.cutAfter = cut;
      const connection = stand.connect(credentials, spool, {
        backOffMs: () => {
          cut = cut > 400_000 ? 200 : Math.ceil(cut * 1.07) + 13;
          stand.proxy.cutAfter = cut;
          return 1;
        },
      });
      spool.append(numbered(0, 6_000, 'x'.repeat(200)));
      connection.notify();
      await stand.until(() => spool.waiting === 0);

      expect(stand.proxy.cuts).toBeGreaterThan(20);
      expect(stand.hub.events).toEqual(numbered(0, 6_000, 'x'.repeat(200)));
      expect(stand.hub.lost).toBe(0);
    }));

  it('lose and double nothing when the control plane dies between a commit and its acknowledgement', () =>
    withStand(async (stand) => {
      const spool = stand.openSpool();
      let commits = 0;
      let isDying = false;
      stand.hub.afterCommit = async () => {
        commits += 1;
        if (commits % 3 !== 0 || isDying) return;
        isDying = true;
        stand.proxy.cutAll();
        const before = stand.server;
        await stand.startServer();
        void before.close();
        isDying = false;
      };
      const connection = stand.connect(await stand.enrol(), spool);
      for (let from = 0; from < 20_000; from += 500) {
        spool.append(numbered(from, from + 500));
        connection.notify();
        await sleep(1);
      }
      await stand.until(() => spool.waiting === 0);

      expect(commits).toBeGreaterThan(6);
      expect(stand.hub.events).toEqual(numbered(0, 20_000));
    }));

  it('go on after an agent that was killed, whatever it had sent', () =>
    withStand(async (stand) => {
      const credentials = await stand.enrol();
      for (let round = 0; round < 6; round += 1) {
        const spool = stand.openSpool();
        const connection = stand.connect(credentials, spool);
        spool.append(numbered(round * 1_000, round * 1_000 + 1_000));
        connection.notify();
        await stand.until(() => stand.hub.events.length > round * 700);
        // Killed: neither drained nor closed in order, and the acknowledgements on their way are lost.
        stand.proxy.cutAll();
        await connection.close(0);
      }
      const spool = stand.openSpool();
      stand.connect(credentials, spool);
      await stand.until(() => spool.waiting === 0);

      expect(stand.hub.events).toEqual(numbered(0, 6_000));
    }));

  it('keep memory bounded when the store is slow: what is on its way is limited, the rest waits on the disk', () =>
    withStand(async (stand) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      stand.hub.beforeCommit = () => promise;
      const spool = stand.openSpool();
      let read = 0;
      const counting = new Proxy(spool, {
        get(target, key) {
          const value: unknown = Reflect.get(target, key, target);
          if (typeof value !== 'function') return value;
          const call = value.bind(target) as (...given: unknown[]) => unknown;
          if (key !== 'read') return call;
          return (...given: unknown[]) => {
            const batch = call(...given) as ReturnType<Spool['read']>;
            read += batch?.events.reduce((sum, event) => sum + event.length, 0) ?? 0;
            return batch;
          };
        },
      });
      const connection = stand.connect(await stand.enrol(), counting);
      const events = numbered(0, 10_000, 'x'.repeat(1_000));
      spool.append(events);
      connection.notify();
      await stand.until(() => read > MAX_BATCH_BYTES);
      await sleep(300);

      expect(read).toBeLessThanOrEqual(MAX_BATCHES_IN_FLIGHT * MAX_BATCH_BYTES);
      resolve();
      await stand.until(() => spool.waiting === 0);
      expect(stand.hub.events).toEqual(events);
    }));

  it('go on when storing fails for a while', () =>
    withStand(async (stand) => {
      let failures = 3;
      stand.hub.beforeCommit = () =>
        --failures >= 0 ? Promise.reject(new Error('password is hunter2')) : Promise.resolve();
      const spool = stand.openSpool();
      const connection = stand.connect(await stand.enrol(), spool);
      spool.append(numbered(0, 100));
      connection.notify();
      await stand.until(() => spool.waiting === 0);

      expect(stand.hub.events).toEqual(numbered(0, 100));
      expect(stand.states).toContainEqual({ state: 'disconnected', why: 'the control plane could not handle it now' });
      expect(JSON.stringify(stand.states)).not.toContain('hunter2');
      expect(stand.log.some(({ level }) => level === 'error')).toBe(true);
    }));

  it('tell what was dropped because the control plane was away for too long', () =>
    withStand(async (stand) => {
      const credentials = await stand.enrol();
      const spool = Spool.open({ folder: stand.spoolFolder, maxBytes: 1_048_576 });
      const events = numbered(0, 3_000, 'x'.repeat(1_000));
      for (const event of events) spool.append([event]);
      stand.connect(credentials, spool);
      await stand.until(() => spool.waiting === 0);

      expect(spool.lost).toBeGreaterThan(1_000);
      expect(stand.hub.lost).toBe(spool.lost);
      expect(stand.hub.events).toEqual(events.slice(spool.lost));
    }));

  it('keep the workloads alike: whole after each connection, then what changes', () =>
    withStand(async (stand) => {
      const connection = stand.connect(await stand.enrol(), stand.openSpool());
      connection.setWorkloads([WORKLOAD]);
      await stand.until(() => stand.hub.workloads.size === 1);
      expect(stand.hub.workloads.get('c1')).toEqual({ ...WORKLOAD, netns: '/run/netns/shop' });

      const many = Array.from({ length: 700 }, (_, index) => ({ ...WORKLOAD, id: `m${index}` }));
      connection.setWorkloads(many);
      await stand.until(() => stand.hub.workloads.size === 700);
      connection.setWorkloads(many.slice(0, 5).map((each) => ({ ...each, labels: { app: 'other' } })));
      await stand.until(() => stand.hub.workloads.size === 5 && stand.hub.workloads.get('m0')?.labels.app === 'other');

      stand.hub.workloads.clear();
      stand.proxy.cutAll();
      await stand.until(() => stand.hub.workloads.size === 5);
    }));

  it('bring snapshots down and their answers up, and only the newest to an agent that is behind', () =>
    withStand(async (stand) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const connection = stand.connect(await stand.enrol(), stand.openSpool(), {
        onSnapshot: async (snapshot) => {
          stand.snapshots.push(snapshot);
          if (snapshot.version === 'v1') await promise;
          if (snapshot.version === 'v2') throw new Error('this kernel has no queue');
          return {
            version: snapshot.version,
            accepted: true,
            problems: [],
            enforcement: [{ workloadId: 'c1', enforced: false, problem: 'gone' }],
          };
        },
      });
      await stand.until(() => stand.hub.links.has('agent-1'));
      const link = stand.hub.links.get('agent-1');
      const json = JSON.stringify({ documents: ['x'.repeat(2_000_000)] });
      for (const version of ['v1', 'v2', 'v3']) link?.sendSnapshot({ version, json });
      await stand.until(() => stand.snapshots.length > 0);
      resolve();
      await stand.until(() => stand.hub.answers.at(-1)?.version === 'v3');

      expect(stand.snapshots.at(-1)).toEqual({ version: 'v3', json });
      expect(stand.hub.answers.at(-1)).toEqual({
        version: 'v3',
        accepted: true,
        problems: [],
        enforcement: [{ workloadId: 'c1', enforced: false, problem: 'gone' }],
      });
      expect(() => link?.sendSnapshot({ version: 'v4', json: 'x'.repeat(17_000_000) })).toThrow(
        'cannot send policy v4',
      );
      stand.proxy.cutAll();
      await stand.until(() => stand.hub.agents.length > 1);
      expect(stand.hub.agents.at(-1)?.policyVersion).toBe('v3');
      void connection;
    }));

  it('carry commands and their results', () =>
    withStand(async (stand) => {
      stand.connect(await stand.enrol(), stand.openSpool(), {
        onCommand: async (action) => {
          if (action.kind === 'quarantine')
            return { outcome: 'done', message: `${action.workloadId}: ${action.reason}` };
          if (action.kind === 'read') {
            const data = Buffer.from(`${action.file} from ${action.offset}`);
            return { outcome: 'done', message: '', part: { data, size: 4_000_000_000 } };
          }
          if (action.kind === 'capture') throw new Error('no room on the disk');
          return new Promise(() => {});
        },
      });
      await stand.until(() => stand.hub.links.has('agent-1'));
      const link = stand.hub.links.get('agent-1');
      const quarantine = link?.command({ kind: 'quarantine', workloadId: 'c1', reason: 'cards' }, 10_000);
      const capture = link?.command({ kind: 'capture', workloadId: 'c1', seconds: 1, maxBytes: 1 }, 10_000);
      const release = link?.command({ kind: 'release', workloadId: 'c1' }, 50);
      const scan = link?.command({ kind: 'scan', workloadId: 'c1', scanId: 's' }, 600_000);

      const read = link?.command({ kind: 'read', file: 'a', offset: 3_000_000_000, maxBytes: 100 }, 10_000);

      const late = release?.catch((error: unknown) => error);
      expect(await read).toMatchObject({ outcome: 'done', part: { size: 4_000_000_000 } });
      expect(Buffer.from((await read)?.part?.data ?? []).toString()).toBe('a from 3000000000');
      expect(await quarantine).toEqual({ outcome: 'done', message: 'c1: cards' });
      expect(await capture).toEqual({ outcome: 'failed', message: 'no room on the disk' });
      expect(await late).toMatchObject({ code: 'AGENT_UNAVAILABLE' });
      stand.proxy.cutAll();
      await expect(scan).rejects.toMatchObject({ code: 'AGENT_UNAVAILABLE' });
    }));

  it('renew the certificate over the stream, and use it from then on', () =>
    withStand(async (stand) => {
      const credentials = await stand.enrol();
      const kept: string[] = [];
      // In the agent's eyes 25 of the 30 days are over.
      let now = Date.now() + 25 * 86_400_000;
      stand.connect(credentials, stand.openSpool(), {
        clock: { now: () => now },
        onCredentials: ({ chainPem }) => {
          kept.push(chainPem);
          now = Date.now();
          return Promise.resolve();
        },
      });
      await stand.until(() => stand.hub.agents.length === 2);

      expect(kept).toHaveLength(1);
      const serials = stand.hub.agents.map(({ certificate }) => certificate.serial);
      expect(new Set(serials).size).toBe(2);
    }));

  it('have one stream each: the later ends the earlier, which knows before', () =>
    withStand(async (stand) => {
      const credentials = await stand.enrol();
      stand.connect(credentials, stand.openSpool(), { backOffMs: () => 1_000_000 });
      await stand.until(() => stand.hub.agents.length === 1);
      const second = Spool.open({ folder: `${stand.spoolFolder}-2`, maxBytes: 1_048_576 });
      stand.connect(credentials, second);
      await stand.until(() => stand.hub.agents.length === 2);

      expect(stand.hub.ends).toEqual(['the agent connected again']);
      expect(stand.server.connected).toBe(1);
    }));

  it('end in order when the control plane goes down', () =>
    withStand(async (stand) => {
      stand.connect(await stand.enrol(), stand.openSpool());
      await stand.until(() => stand.hub.agents.length === 1);
      await stand.server.close();
      await stand.until(() => stand.states.length > 1);

      expect(stand.hub.ends).toEqual(['the control plane is going down']);
      expect(stand.states[1]).toEqual({ state: 'disconnected', why: 'the control plane is going down' });
      await stand.startServer();
    }));
});

describe('who is refused', () => {
  const refused = (states: readonly { state: string }[]): boolean => states.some(({ state }) => state === 'refused');

  it.each([
    [
      'an expired certificate',
      () => Date.now() + 40 * 86_400_000,
      /^the certificate of agent agent-1 has expired on 20.*Z$/,
    ],
    [
      'one that is not valid yet',
      () => Date.now() - 86_400_000,
      /^the certificate of agent agent-1 is not valid before 20.*Z$/,
    ],
  ])('%s is told so, and logged', (_, now, why) => {
    let isLater = false;
    const clock = { now: () => (isLater ? now() : Date.now()) };
    return withStand(
      async (stand) => {
        const credentials = await stand.enrol();
        isLater = true;
        stand.connect(credentials, stand.openSpool());
        await stand.until(() => refused(stand.states));

        expect(stand.states[0]).toEqual({ state: 'refused', why: expect.stringMatching(why) });
        const logged = stand.log.filter(({ message }) => message === 'a connection was refused');
        expect(String(logged.at(-1)?.fields.problem)).toMatch(why);
        expect(stand.hub.agents).toEqual([]);
      },
      { clock },
    );
  });

  it.each([
    [
      'a server',
      'extendedKeyUsage=serverAuth\nsubjectAltName=URI:bulkhead://agent/agent-1\n',
      'is not one of a client',
    ],
    [
      'an authority',
      'basicConstraints=CA:TRUE\nextendedKeyUsage=clientAuth\nsubjectAltName=URI:bulkhead://agent/agent-1\n',
      'is not one of a client',
    ],
    [
      'two agents',
      'extendedKeyUsage=clientAuth\nsubjectAltName=URI:bulkhead://agent/a,URI:bulkhead://agent/b\n',
      'does not name one agent',
    ],
    [
      'somebody else',
      'extendedKeyUsage=clientAuth\nsubjectAltName=URI:bulkhead://api/a,DNS:agent-1\n',
      'does not name one agent',
    ],
    ['a path', 'extendedKeyUsage=clientAuth\nsubjectAltName=URI:bulkhead://agent/../api\n', 'does not name one agent'],
  ])('a certificate of %s', (_, extensions, why) =>
    withStand(async (stand) => {
      const { requestPem, keyPem } = await stand.authority.createRequest();
      const chainPem = await stand.authority.signAs(requestPem, extensions);
      stand.connect({ chainPem, keyPem, trustPem: stand.authority.certificatePem }, stand.openSpool());
      await stand.until(() => refused(stand.states));

      expect(stand.states[0]).toMatchObject({ why: expect.stringContaining(why) });
      expect(stand.hub.agents).toEqual([]);
    }),
  );

  it('a certificate of a foreign authority, also one that has the same name', () =>
    withStand(async (stand) => {
      const foreign = await OpensslAuthority.create();
      const { requestPem, keyPem } = await foreign.createRequest();
      const { chainPem } = await foreign.sign('agent-1', requestPem);
      await foreign.remove();
      stand.connect({ chainPem, keyPem, trustPem: stand.authority.certificatePem }, stand.openSpool());
      await stand.until(() => refused(stand.states));

      expect(stand.states[0]).toMatchObject({
        why: 'its certificate is not signed by the authority of this control plane',
      });
      expect(stand.log.some(({ message }) => message === 'a connection was refused')).toBe(true);
    }));

  it('an agent that the hub does not want, such as one that was revoked', () =>
    withStand(async (stand) => {
      const credentials = await stand.enrol();
      stand.connect(credentials, stand.openSpool());
      await stand.until(() => stand.hub.links.has('agent-1'));
      stand.hub.refuse = 'agent-1 was revoked';
      stand.hub.links.get('agent-1')?.close('agent-1 was revoked');
      await stand.until(() => stand.states.filter(({ state }) => state === 'refused').length > 1);

      expect(stand.states.at(-1)).toEqual({ state: 'refused', why: 'agent-1 was revoked' });
      expect(stand.hub.agents).toHaveLength(1);
    }));

  it('an enrolment with a wrong secret, without saying more than that', () =>
    withStand(async (stand) => {
      const wrong = stand.token('another-secret-of-more-than-22');
      await expect(stand.enrol(wrong)).rejects.toMatchObject({
        code: 'ENROLMENT_REFUSED',
        message: expect.stringContaining('the token is not valid'),
      });
      expect(stand.log.some(({ message }) => message === 'an enrolment was refused')).toBe(true);
      expect(JSON.stringify(stand.log)).not.toContain('another-secret');
    }));

  it('a control plane that is not the one of the token never sees the secret', () =>
    withStand(async (stand) => {
      const other = await OpensslAuthority.create();
      const { pin } = other;
      await other.remove();
      await expect(stand.enrol(stand.token(undefined, pin))).rejects.toMatchObject({ code: 'SERVER_NOT_TRUSTED' });
      expect(stand.log.filter(({ message }) => message.includes('enrolment'))).toEqual([]);
    }));

  it('nobody at the address is told as that', () =>
    withStand(async (stand) => {
      stand.proxy.target = 1;
      await expect(stand.enrol()).rejects.toMatchObject({ code: 'UNREACHABLE' });
    }));
});
