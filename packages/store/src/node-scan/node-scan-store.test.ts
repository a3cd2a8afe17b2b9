import type { SequencedEvent } from '@bulkhead/control-plane';
import type { DatabaseStatus, Finding, PackageKey } from '@bulkhead/scanner';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../open-store.ts';
import { testDatabases } from '../test-support/databases.ts';
import { vulnerability } from '../test-support/scans.ts';
import type { BegunNodeScan, JudgedNodeScan, NodeScanFilter } from './node-scan.ts';

const T = (minute: number): string => `2026-11-27T08:${String(minute).padStart(2, '0')}:00.000Z`;
const HOSTILE = `'; drop table node_scan; -- <script> \\ %_ \u202E`;
const SBOM = Buffer.from(JSON.stringify({ bomFormat: 'CycloneDX', text: HOSTILE }));
const STATUS: DatabaseStatus = { schema: 1, builtAt: T(0), checkedAt: T(0), newest: T(0), sources: [] };
const MUSL: PackageKey = { ecosystem: 'Alpine:v3.20', name: 'musl' };
const ZLIB: PackageKey = { ecosystem: 'Alpine:v3.20', name: 'zlib' };

for (const database of testDatabases()) {
  if (database.missing !== undefined)
    process.stderr.write(`scans of containers and nodes on ${database.name} are not tested: ${database.missing}\n`);

  describe.skipIf(database.missing !== undefined)(`scans of containers and nodes on ${database.name}`, () => {
    let store: Store;
    let sequence = 0;
    beforeAll(() => database.start());
    afterAll(() => database.remove());
    beforeEach(async () => {
      store = await openStore(await database.fresh());
      sequence = 0;
      for (const at of [1, 2]) await store.agents.enrol({ id: `agent-${at}`, node: `node-${at}`, enrolledAt: T(0) });
    });
    afterEach(() => store.close());

    const of = (scan: string, id = 'c1', namespace = 'shop'): BegunNodeScan => ({
      scan,
      agent: 'agent-1',
      node: 'node-1',
      workload: { id, name: 'web', namespace, pod: `${id}-pod` },
    });
    const tell = (document: SequencedEvent['document'], agent = 'agent-1', at = T(1)) => {
      sequence += 1;
      return store.events.append({ agent, epoch: 1, events: [{ sequence, document }] }, at);
    };
    const written = (scan: string, over: object = {}) => ({
      event: 'scan-written',
      scan,
      file: `scan-${scan}.cdx.json`,
      packages: 2,
      gaps: 1,
      ...over,
    });
    const judged = (findings: readonly Finding[] = [], lookedUp = [MUSL], state = 'state-1'): JudgedNodeScan => ({
      findings,
      lookedUp,
      database: state,
      status: STATUS,
      gaps: 2,
    });
    /** Brings a scan to where a worker takes it. */
    const queue = async (scan: BegunNodeScan, at = T(0)): Promise<void> => {
      await store.nodeScans.begin(scan, at);
      await tell(written(scan.scan), scan.agent, at);
      await store.nodeScans.keepSbom(scan.scan, SBOM, at);
    };
    const finish = async (scan: BegunNodeScan, result = judged(), at = T(0)): Promise<void> => {
      await queue(scan, at);
      await store.nodeScans.match(scan.scan, at);
      expect(await store.nodeScans.record(scan.scan, result, at)).toBe('recorded');
    };
    const stateOf = async (scan: string): Promise<unknown> => {
      const { state, failure } = (await store.nodeScans.get(scan)) ?? {};
      return failure === undefined ? state : [state, failure.code];
    };
    const listed = async (filter: NodeScanFilter = {}, limit = 100): Promise<readonly string[]> => {
      const scans: string[] = [];
      for (let after: string | undefined, isFirst = true; isFirst || after !== undefined; isFirst = false) {
        const page = await store.nodeScans.list(filter, { limit, after });
        scans.push(...page.items.map(({ scan }) => scan));
        after = page.next;
      }
      return scans;
    };

    it('wait for their SBOMs one of each agent before the next of any, so that none hides those of others', async () => {
      for (const scan of ['a', 'b', 'c']) await store.nodeScans.begin(of(scan), T(0));
      await store.nodeScans.begin({ ...of('d'), agent: 'agent-2' }, T(0));
      for (const scan of ['a', 'b', 'c']) await tell(written(scan));
      await tell(written('d'), 'agent-2');

      const scans = async (limit = 2): Promise<readonly string[]> =>
        (await store.nodeScans.fetching(limit)).map(({ scan }) => scan);
      expect(await scans()).toEqual(['a', 'd']);
      // Nor does one that never comes hide the others of its agent.
      expect(await scans(9)).toEqual(['a', 'd', 'b', 'c']);
      await store.nodeScans.keepSbom('a', SBOM, T(2));
      expect(await scans()).toEqual(['b', 'd']);
    });

    it('come from the asking to the findings, and each step is seen', async () => {
      await store.nodeScans.begin(of('a'), T(0));
      expect(await store.nodeScans.get('a')).toEqual({
        ...of('a'),
        state: 'reading',
        askedAt: T(0),
        since: T(0),
        vulnerabilities: {},
      });
      expect(await store.nodeScans.sbom('a')).toBeUndefined();
      expect(await store.nodeScans.match('a', T(1))).toBeUndefined();

      await tell(written('a'));
      expect(await store.nodeScans.get('a')).toMatchObject({ state: 'fetching', since: T(1), scannedAt: T(1) });
      expect(await store.nodeScans.fetching(9)).toEqual([{ scan: 'a', agent: 'agent-1', file: 'scan-a.cdx.json' }]);
      await store.nodeScans.keepSbom('a', SBOM, T(2));
      expect(await stateOf('a')).toBe('queued');
      expect(await store.nodeScans.fetching(9)).toEqual([]);
      expect(await store.nodeScans.unmatched(9)).toEqual(['a']);
      expect(await store.nodeScans.findings('a', { limit: 9 })).toBeUndefined();

      expect(Buffer.from((await store.nodeScans.match('a', T(3))) ?? []).equals(SBOM)).toBe(true);
      expect(await stateOf('a')).toBe('matching');
      expect(await store.nodeScans.unmatched(9)).toEqual(['a']);
      const found = [vulnerability('CVE-1', 'musl'), vulnerability('CVE-2', 'musl', { severity: 'low' })];
      expect(await store.nodeScans.record('a', judged(found), T(4))).toBe('recorded');

      expect(await store.nodeScans.get('a')).toEqual({
        ...of('a'),
        state: 'done',
        askedAt: T(0),
        since: T(4),
        scannedAt: T(1),
        packages: 2,
        gaps: 3,
        judgedAt: T(4),
        advisories: STATUS,
        vulnerabilities: { high: 1, low: 1 },
      });
      expect(await store.nodeScans.unmatched(9)).toEqual([]);
      const first = await store.nodeScans.findings('a', { limit: 1 });
      const second = await store.nodeScans.findings('a', { limit: 1, after: first?.next });
      expect([first?.items, second]).toEqual([[found[0]], { items: [found[1]] }]);
      expect(Buffer.from((await store.nodeScans.sbom('a')) ?? []).equals(SBOM)).toBe(true);
      expect(await store.nodeScans.record('a', judged(), T(5))).toBe('gone');
    });

    it('end as the agent that was asked tells, and as no other does', async () => {
      await store.nodeScans.begin(of('a'), T(0));
      await tell(written('a'), 'agent-2');
      await tell({ event: 'scan-failed', scan: 'a', problem: 'x' }, 'agent-2');
      await tell(written('a', { file: '../../etc/shadow' }));
      await tell(written('a', { packages: 1e300 }));
      await tell(written(HOSTILE));
      await tell({ event: 'scan-failed', scan: { a: 1 }, problem: 'x' });
      expect(await stateOf('a')).toBe('reading');

      await tell({ event: 'scan-failed', scan: 'a', problem: `${HOSTILE}\0\n` });
      expect(await stateOf('a')).toEqual(['failed', 'AGENT_FAILED']);
      // What is over is not begun again.
      await tell(written('a'));
      expect(await stateOf('a')).toEqual(['failed', 'AGENT_FAILED']);
    });

    it('fail where the agent is silent, and go on where it tells late', async () => {
      await store.nodeScans.begin(of('a'), T(0));
      await store.nodeScans.begin(of('b', 'c2'), T(9));
      await store.nodeScans.expire(T(5), T(10));
      expect([await stateOf('a'), await stateOf('b')]).toEqual([['failed', 'AGENT_SILENT'], 'reading']);

      await tell(written('a'), 'agent-1', T(11));
      expect(await store.nodeScans.get('a')).toMatchObject({ state: 'fetching', since: T(11) });
      expect((await store.nodeScans.get('a'))?.failure).toBeUndefined();
      await store.nodeScans.expire(T(12), T(13));
      expect(await stateOf('a')).toEqual(['failed', 'AGENT_SILENT']);
      await store.nodeScans.keepSbom('a', SBOM, T(14));
      expect(await store.nodeScans.sbom('a')).toBeUndefined();
    });

    it('fail for a reason, once, and not when they are done', async () => {
      await queue(of('a'));
      await store.nodeScans.fail('a', { code: 'INVALID_SBOM', message: HOSTILE }, T(1));
      await store.nodeScans.fail('a', { code: 'INTERNAL', message: 'later' }, T(2));
      expect((await store.nodeScans.get('a'))?.failure).toEqual({ code: 'INVALID_SBOM', message: HOSTILE });
      expect(await store.nodeScans.match('a', T(3))).toBeUndefined();

      await finish(of('b'));
      await store.nodeScans.fail('b', { code: 'INTERNAL', message: 'late' }, T(5));
      expect(await stateOf('b')).toBe('done');
    });

    it('fail when they bring down one worker after the other', async () => {
      await queue(of('a'));
      for (let tries = 0; tries < 5; tries += 1) expect(await store.nodeScans.match('a', T(1))).toBeDefined();
      expect(await store.nodeScans.match('a', T(2))).toBeUndefined();
      expect(await stateOf('a')).toEqual(['failed', 'WORKERS_DIED']);
      expect(await store.nodeScans.unmatched(9)).toEqual([]);
    });

    it('are forgotten where the agent did not begin', async () => {
      await store.nodeScans.begin(of('a'), T(0));
      await store.nodeScans.forget('a');
      expect(await store.nodeScans.get('a')).toBeUndefined();
    });

    it('of one place the last waits, however many are asked for while no worker is there', async () => {
      await finish(of('old'));
      await queue(of('other', 'c2'));
      for (const scan of ['a', 'b', 'c', 'd']) await queue(of(scan));
      expect(await listed()).toEqual(['d', 'c', 'other', 'old']);
      expect(await stateOf('c')).toEqual(['failed', 'SUPERSEDED']);
      expect(await store.nodeScans.sbom('c')).toBeUndefined();
      expect(await store.nodeScans.unmatched(9)).toEqual(['other', 'd']);

      // What a worker has begun with it finishes.
      await store.nodeScans.match('d', T(1));
      await queue(of('e'));
      expect(await store.nodeScans.record('d', judged(), T(2))).toBe('recorded');
      expect(await listed()).toEqual(['e', 'd', 'other']);
    });

    it('of one place the last that is done is kept, and one that failed after it', async () => {
      await finish(of('a'));
      await queue(of('b'));
      await store.nodeScans.fail('b', { code: 'INVALID_SBOM', message: 'x' }, T(1));
      await queue(of('c'));
      await store.nodeScans.fail('c', { code: 'INVALID_SBOM', message: 'x' }, T(2));
      await finish(of('other', 'c2'));
      expect(await listed()).toEqual(['other', 'c', 'a']);

      await finish(of('d'), judged([vulnerability('CVE-1', 'musl')]));
      expect(await listed()).toEqual(['d', 'other']);
      expect(await store.nodeScans.affectedBy([MUSL])).toEqual(['d', 'other']);
    });

    it('of one place the last that failed is kept, whoever says that it failed', async () => {
      await finish(of('done'));
      const failures: Readonly<Record<string, (scan: string) => Promise<unknown>>> = {
        a: (scan) => tell({ event: 'scan-failed', scan, problem: 'x' }),
        b: () => store.nodeScans.expire(T(5), T(6)),
        c: (scan) => tell({ event: 'scan-failed', scan, problem: 'x' }),
        d: (scan) => store.nodeScans.fail(scan, { code: 'INTERNAL', message: 'x' }, T(2)),
        e: () => store.nodeScans.expire(T(5), T(6)),
      };
      await store.nodeScans.begin(of('other', 'c2'), T(9));
      for (const [scan, fail] of Object.entries(failures)) {
        await store.nodeScans.begin(of(scan), T(0));
        await fail(scan);
        await store.nodeScans.prune({ before: T(0), maxScans: 99 });
        expect(await listed()).toEqual([scan, 'other', 'done']);
      }
      await store.nodeScans.begin(of('f'), T(0));
      await store.nodeScans.begin(of('g'), T(0));
      await store.nodeScans.expire(T(5), T(6));
      await store.nodeScans.prune({ before: T(0), maxScans: 99 });
      expect(await listed()).toEqual(['g', 'other', 'done']);
    });

    it('of one place an earlier one that comes late is not shown beside what is newer', async () => {
      for (const scan of ['a', 'b', 'c', 'd']) {
        await store.nodeScans.begin(of(scan), T(0));
        await tell(written(scan));
      }
      await store.nodeScans.keepSbom('d', SBOM, T(1));
      await store.nodeScans.keepSbom('a', SBOM, T(2));
      expect(await stateOf('a')).toEqual(['failed', 'SUPERSEDED']);
      expect(await store.nodeScans.sbom('a')).toBeUndefined();
      expect(await store.nodeScans.unmatched(9)).toEqual(['d']);

      await store.nodeScans.match('d', T(3));
      await store.nodeScans.record('d', judged(), T(4));
      await store.nodeScans.keepSbom('b', SBOM, T(5));
      expect(await store.nodeScans.unmatched(9)).toEqual([]);
      await store.nodeScans.fail('c', { code: 'SBOM_GONE', message: 'x' }, T(6));
      expect(await listed({ state: 'done' })).toEqual(['d']);
      await finish(of('e'));
      expect(await listed()).toEqual(['e']);
    });

    it('of one place an earlier one that a worker is done with later does not stay beside what is newer', async () => {
      await queue(of('a'));
      await store.nodeScans.match('a', T(1));
      await finish(of('b'));
      await store.nodeScans.record('a', judged([vulnerability('CVE-1', 'musl')]), T(2));
      await finish(of('elsewhere', 'c2'));
      await store.nodeScans.prune({ before: T(0), maxScans: 99 });
      expect(await listed()).toEqual(['elsewhere', 'b']);
      expect(await listed({ vulnerability: 'CVE-1' })).toEqual([]);
    });

    it('are listed newest first, by namespace, node, container, state and what counts in them', async () => {
      const node = { scan: 'n', agent: 'agent-2', node: 'node-2' };
      const suppressed = { by: 'vex', statement: 'v', reason: 'r' } as const;
      await finish(of('a', 'c1'), judged([vulnerability(HOSTILE, 'musl')]));
      await finish(of('b', 'c2', 'bank'), judged([{ ...vulnerability(HOSTILE, 'musl'), suppressed }]));
      await finish(node);
      await store.nodeScans.begin(of('d', 'c4'), T(3));

      expect(await listed({}, 1)).toEqual(['d', 'n', 'b', 'a']);
      expect(await listed({ namespaces: ['shop'] })).toEqual(['d', 'a']);
      expect(await listed({ namespaces: ['shop', 'bank'], state: 'done' })).toEqual(['b', 'a']);
      expect(await listed({ node: 'node-2' })).toEqual(['n']);
      expect(await listed({ workload: 'c2' })).toEqual(['b']);
      expect(await listed({ vulnerability: HOSTILE })).toEqual(['a']);
      expect(await listed({ vulnerability: 'CVE-9' })).toEqual([]);
      expect(await store.nodeScans.get('n')).toMatchObject(node);
      expect((await store.nodeScans.get('n'))?.workload).toBeUndefined();
    });

    it('are found by the keys that were looked up, and judged again', async () => {
      await finish(of('a'), judged([vulnerability('CVE-1', 'musl')], [MUSL]));
      await finish(of('b', 'c2'), judged([], [ZLIB]));
      await queue(of('c', 'c3'));
      expect(await store.nodeScans.affectedBy([MUSL])).toEqual(['a']);

      const seen: string[] = [];
      const after = { ...judged([vulnerability('CVE-2', 'zlib')], [ZLIB, ZLIB], 'state-2'), gaps: 0 };
      const again = async (sbom: Uint8Array): Promise<JudgedNodeScan> => {
        seen.push(Buffer.from(sbom).toString());
        return after;
      };
      for (const scan of ['a', 'c', 'absent']) await store.nodeScans.rejudge(scan, T(8), again);

      expect(seen).toEqual([SBOM.toString()]);
      expect(await store.nodeScans.affectedBy([MUSL])).toEqual([]);
      expect(await store.nodeScans.affectedBy([ZLIB])).toEqual(['a', 'b']);
      // When it was scanned, and when it was done, stays.
      expect(await store.nodeScans.get('a')).toMatchObject({ since: T(0), judgedAt: T(8), gaps: 1, scannedAt: T(0) });
      expect(await listed({ vulnerability: 'CVE-2' })).toEqual(['a']);
      expect(await listed({ vulnerability: 'CVE-1' })).toEqual([]);
      await expect(store.nodeScans.rejudge('a', T(9), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
      expect(await listed({ vulnerability: 'CVE-2' })).toEqual(['a']);
    });

    it('are judged once more where another judged meanwhile, so that who knew less has not the last word', async () => {
      await finish(of('a'));
      const states: string[] = [];
      let state = 1;
      const byNow = async (): Promise<JudgedNodeScan> => {
        state += 1;
        return judged([vulnerability(`CVE-${state}`, 'musl')], [MUSL], `state-${state}`);
      };
      await store.nodeScans.rejudge('a', T(5), async () => {
        const known = await byNow();
        states.push(known.database);
        // Who began later knows more, and is done before.
        if (states.length === 1) await store.nodeScans.rejudge('a', T(5), byNow);
        return known;
      });
      expect(states).toEqual(['state-2', 'state-4']);
      expect(await listed({ vulnerability: 'CVE-4' })).toEqual(['a']);
    });

    it('that are done at the same time are each kept, whatever packages they share', async () => {
      const scans = Array.from({ length: 8 }, (_, index) => of(`s${index}`, `c${index}`));
      for (const scan of scans) await queue(scan);
      const keys = Array.from({ length: 40 }, (_, index) => ({ ecosystem: 'Debian:12', name: `p${index}` }));
      await Promise.all(
        scans.map(({ scan }, index) =>
          store.nodeScans.record(scan, judged([], index % 2 === 0 ? keys : keys.toReversed()), T(1)),
        ),
      );
      expect(await store.nodeScans.affectedBy(keys.slice(3, 4))).toEqual(scans.map(({ scan }) => scan));
    });

    it('are forgotten when what they are of has long not been there, and failures by their age', async () => {
      const workload = (id: string) => ({ id, name: 'web', labels: {}, owners: [], addresses: [] });
      const connect = (agent: string, at: string) =>
        store.agents.noteConnected(agent, { at, version: '1', certificateSerial: '0a', replica: 'one' });
      await connect('agent-1', T(0));
      await connect('agent-2', T(0));
      await store.agents.noteDisconnected('agent-2', T(4), 'one');
      await store.workloads.replace('agent-1', [workload('c1'), workload('c4')], T(0));
      await store.workloads.replace('agent-2', [workload('c3')], T(0));
      await finish(of('there', 'c1'));
      await finish(of('ended', 'c2'));
      await finish(of('late', 'c5'), judged(), T(9));
      await finish({ ...of('away', 'c3'), agent: 'agent-2', node: 'node-2' });
      await finish({ scan: 'node', agent: 'agent-1', node: 'node-1' });
      await finish({ scan: 'awaynode', agent: 'agent-2', node: 'node-2' });
      await queue(of('failed', 'c4'));
      await store.nodeScans.fail('failed', { code: 'INTERNAL', message: 'x' }, T(1));

      await store.nodeScans.prune({ before: T(3), maxScans: 9 });
      expect(await listed()).toEqual(['awaynode', 'node', 'away', 'late', 'there']);
      await store.nodeScans.prune({ before: T(5), maxScans: 9 });
      expect(await listed()).toEqual(['node', 'late', 'there']);
      await store.nodeScans.prune({ before: T(0), maxScans: 1 });
      expect(await listed()).toEqual(['node']);
    });

    it('remember when a worker was there last', async () => {
      expect(await store.nodeScans.matcher()).toBeUndefined();
      for (const at of [T(1), T(2)]) await store.nodeScans.noteMatcher(at);
      expect(await store.nodeScans.matcher()).toBe(T(2));
    });
  });
}
