import { setImmediate } from 'node:timers/promises';
import type { AgentLink, CommandAction, CommandOutcome } from '@bulkhead/rpc';
import { StoreError } from '@bulkhead/store';
import { vulnerability } from '@bulkhead/store/test-support';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NodeFileDownloads } from './node-file/download.ts';
import { MAX_SBOM_BYTES, SbomFetcher } from './node-scan/fetch-sboms.ts';
import { expireScans } from './node-scan/follow-scans.ts';
import { type Stand, startStand } from './test-support/stand.ts';

const SBOM = Buffer.from(JSON.stringify({ bomFormat: 'CycloneDX', padding: 'x'.repeat(600_000) }));
const MINUTE_MS = 60_000;

let stand: Stand;
beforeEach(async () => {
  stand = await startStand();
  for (const at of [1, 2]) await stand.store.agents.enrol({ id: `agent-${at}`, node: `node-${at}`, enrolledAt: '' });
  const about = { labels: {}, addresses: [] };
  const web = { ...about, id: 'c1', name: 'web', namespace: 'shop', owners: [{ kind: 'Pod', name: 'web-0' }] };
  const api = { ...about, id: 'c2', name: 'api', namespace: 'bank', owners: [] };
  await stand.store.workloads.replace('agent-1', [web, api], '2026-11-26T12:00:00.000Z');
});
afterEach(() => stand.close());

/** An agent that scans, and gives what it found. */
class Link implements AgentLink {
  readonly scans: string[] = [];
  outcome: CommandOutcome = { outcome: 'done', message: 'it is being scanned' };
  part: (offset: number, maxBytes: number) => CommandOutcome | Promise<CommandOutcome> = (offset, maxBytes) => ({
    outcome: 'done',
    message: '',
    part: { data: SBOM.subarray(offset, offset + maxBytes), size: SBOM.length },
  });

  sendSnapshot(): void {}
  close(): void {}
  async command(action: CommandAction): Promise<CommandOutcome> {
    if (action.kind === 'read') return this.part(action.offset, action.maxBytes);
    if (action.kind !== 'scan') throw new Error(`it was asked to ${action.kind}`);
    if (this.outcome.outcome === 'done') this.scans.push(`${action.workloadId}:${action.scanId}`);
    return this.outcome;
  }
}

async function connect(at = 1): Promise<Link> {
  const link = new Link();
  const agent = { id: `agent-${at}`, node: `node-${at}`, version: '1', capabilities: ['read', 'scan'] };
  const certificate = { serial: '0a', notAfter: 0 };
  const peer = '192.0.2.1:1';
  const decision = await stand.hub.connect({ ...agent, policyVersion: undefined, certificate, peer }, link);
  if (!decision.ok) throw new Error(decision.problem);
  return link;
}

async function ask(url: string, role: 'operator' | 'auditor' | 'ci' = 'auditor', namespace?: string) {
  return stand.app.inject({ url, headers: await stand.token(role, namespace) });
}

/** Asks for a scan of a container, or of a node; gives what it is called. */
async function begin(path = 'workloads/c1', namespace?: string): Promise<string> {
  const headers = await stand.token('operator', namespace);
  const url = `/api/v1/${path}/actions`;
  const answer = await stand.app.inject({ method: 'POST', url, headers, payload: { kind: 'scan' } });
  return answer.json<{ readonly scan: string }>().scan;
}

let sequence = 0;
async function told(scan: string, document: object = {}, agent = 'agent-1'): Promise<void> {
  const at = new Date(stand.clock.at).toISOString();
  const written = { event: 'scan-written', scan, file: `scan-${scan}.cdx.json`, packages: 3, gaps: 0, ...document };
  sequence += 1;
  await stand.store.events.append({ agent, epoch: 1, events: [{ sequence, document: written }] }, at);
}

function fetcher(problems: string[] = []): SbomFetcher {
  const { store, hub, clock } = stand;
  const downloads = new NodeFileDownloads(hub);
  return new SbomFetcher({ nodeScans: store.nodeScans, downloads, clock, onProblem: (one) => problems.push(one) });
}

async function fetchOnce(one = fetcher()): Promise<void> {
  await one.look();
  await one.settled();
}

async function judge(scan: string): Promise<void> {
  const at = new Date(stand.clock.at).toISOString();
  const status = { schema: 1, builtAt: at, checkedAt: at, newest: at, sources: [] };
  const findings = [vulnerability('CVE-1', 'musl'), vulnerability('CVE-2', 'zlib')];
  await stand.store.nodeScans.match(scan, at);
  await stand.store.nodeScans.record(scan, { findings, lookedUp: [], database: 's', status, gaps: 0 }, at);
}

const show = async (scan: string): Promise<unknown> => (await ask(`/api/v1/scans/${scan}`)).json();

describe('a scan of a running container', () => {
  it('is followed from the asking to what was found, with the age of the advisories', async () => {
    const link = await connect();
    const scan = await begin();
    expect(link.scans).toEqual([`c1:${scan}`]);
    const workload = { id: 'c1', name: 'web', namespace: 'shop', pod: 'web-0' };
    expect(await show(scan)).toMatchObject({ scan, agent: 'agent-1', node: 'node-1', workload, state: 'reading' });

    await told(scan);
    expect(await show(scan)).toMatchObject({ state: 'fetching', packages: 3, scannedAt: '2026-11-26T12:00:00.000Z' });
    await fetchOnce();
    const sbom = await ask(`/api/v1/scans/${scan}/sbom`);
    expect(sbom.rawPayload.equals(SBOM)).toBe(true);
    expect(sbom.headers['content-disposition']).toBe(`attachment; filename="scan-${scan}.cdx.json"`);
    expect((await ask(`/api/v1/scans/${scan}/findings`)).statusCode).toBe(404);

    await judge(scan);
    expect(await show(scan)).toMatchObject({
      state: 'done',
      judgedAt: '2026-11-26T12:00:00.000Z',
      advisories: { checkedAt: '2026-11-26T12:00:00.000Z' },
      vulnerabilities: { high: 2 },
    });
    expect((await ask(`/api/v1/scans/${scan}/findings?limit=1`)).json()).toMatchObject({
      items: [{ id: 'CVE-1' }],
      next: expect.any(String),
    });
    const { items } = await stand.store.audit.list({}, { limit: 1 });
    expect(items).toMatchObject([{ action: 'workload.action', target: 'c1', detail: { kind: 'scan' } }]);
  });

  it('is whole in memory for a few at once who download it', async () => {
    await connect();
    const scan = await begin();
    await told(scan);
    await fetchOnce();
    const sbom = vi.spyOn(stand.store.nodeScans, 'sbom');
    const held = Promise.withResolvers<Buffer>();
    sbom.mockReturnValue(held.promise);
    const url = `/api/v1/scans/${scan}/sbom`;

    const all = Array.from({ length: 6 }, () => ask(url));
    const busy = await Promise.race(all);
    expect(busy.statusCode).toBe(503);
    held.resolve(SBOM);
    const statuses = (await Promise.all(all)).map(({ statusCode }) => statusCode);

    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 200, 200, 200, 503, 503]);
    sbom.mockRejectedValueOnce(new StoreError('STORE_UNREACHABLE', 'away'));
    expect((await ask(url)).statusCode).toBe(503);
    for (let count = 0; count < 6; count += 1) expect((await ask(url)).statusCode).toBe(200);
  });

  it('says what is not there while it waits for a worker, and nothing where one is there', async () => {
    await connect();
    const scan = await begin();
    await told(scan);
    expect(await show(scan)).not.toHaveProperty('waitsFor');
    await fetchOnce();
    expect(await show(scan)).toMatchObject({
      state: 'queued',
      waitsFor: 'a worker with an advisory database: none has ever been there',
    });

    const at = new Date(stand.clock.at).toISOString();
    await stand.store.nodeScans.noteMatcher(at);
    expect(await show(scan)).not.toHaveProperty('waitsFor');
    stand.clock.at += 3 * MINUTE_MS;
    const gone = { scan, waitsFor: `a worker with an advisory database: the last was there at ${at}` };
    expect((await ask('/api/v1/scans')).json()).toMatchObject({ items: [gone] });

    // The worker that began with it is gone: another has to take it.
    await stand.store.nodeScans.match(scan, at);
    expect((await ask('/api/v1/scans')).json()).toMatchObject({ items: [{ state: 'matching', ...gone }] });
  });

  it('is seen by who may see its namespace, and that of a node by who may see everything', async () => {
    await connect();
    const [shop, bank, node] = [await begin(), await begin('workloads/c2'), await begin('agents/agent-1')];
    const seen = async (namespace?: string, query = ''): Promise<readonly string[]> =>
      (await ask(`/api/v1/scans?${query}`, 'auditor', namespace))
        .json<{ readonly items: readonly { readonly scan: string }[] }>()
        .items.map(({ scan }) => scan);
    expect(await seen()).toEqual([node, bank, shop]);
    expect(await seen('shop')).toEqual([shop]);
    expect(await seen(undefined, 'namespace=bank&node=node-1&state=reading')).toEqual([bank]);
    expect(await seen(undefined, 'workload=c1')).toEqual([shop]);
    expect(await seen(undefined, 'vulnerability=CVE-1')).toEqual([]);
    expect((await ask('/api/v1/scans?namespace=bank', 'auditor', 'shop')).statusCode).toBe(403);
    for (const scan of [bank, node]) {
      for (const part of ['', '/findings', '/sbom']) {
        expect((await ask(`/api/v1/scans/${scan}${part}`, 'auditor', 'shop')).statusCode).toBe(404);
      }
    }
    expect((await ask(`/api/v1/scans/${shop}`, 'auditor', 'shop')).statusCode).toBe(200);
    expect((await ask('/api/v1/scans', 'ci')).statusCode).toBe(403);
  });

  it('is nowhere where the agent does not begin it', async () => {
    const link = await connect();
    link.outcome = { outcome: 'failed', message: 'another scan runs on this node already' };
    expect(await begin()).toBeUndefined();
    await stand.hub.dismiss('agent-1', 'test');
    expect(await begin()).toBeUndefined();
    expect((await ask('/api/v1/scans')).json()).toEqual({ items: [] });
  });

  it('fails when its agent stays silent for half an hour', async () => {
    await connect();
    const scan = await begin();
    stand.clock.at += 29 * MINUTE_MS;
    await expireScans(stand.store.nodeScans, stand.clock);
    expect(await show(scan)).toMatchObject({ state: 'reading' });
    stand.clock.at += 2 * MINUTE_MS;
    await expireScans(stand.store.nodeScans, stand.clock);
    expect(await show(scan)).toMatchObject({ state: 'failed', failure: { code: 'AGENT_SILENT' } });
  });

  it.each([
    [400, '/api/v1/scans?state=odd'],
    [400, '/api/v1/scans?after=nonsense'],
    [404, '/api/v1/scans/nothing'],
    [404, "/api/v1/scans/';drop table node_scan;--/findings"],
  ])('is answered with %s for %s', async (status, url) => {
    expect((await ask(url)).statusCode).toBe(status);
  });
});

describe('what an agent found', () => {
  it.each([
    ['gone', { outcome: 'failed', message: 'there is no such file' }, 'SBOM_GONE'],
    ['empty', { outcome: 'done', message: '', part: { data: new Uint8Array(), size: 0 } }, 'SBOM_GONE'],
    ['not to be had', { outcome: 'unsupported', message: 'read' }, 'SBOM_GONE'],
    [
      'too large',
      { outcome: 'done', message: '', part: { data: new Uint8Array(9), size: MAX_SBOM_BYTES + 1 } },
      'SBOM_TOO_LARGE',
    ],
  ] as const)('that is %s has the scan fail', async (_, outcome, code) => {
    const link = await connect();
    const scan = await begin();
    await told(scan);
    link.part = () => outcome;
    await fetchOnce();
    expect(await show(scan)).toMatchObject({ state: 'failed', failure: { code } });
  });

  it('fails in one line, whatever its agent says', async () => {
    const link = await connect();
    const scan = await begin();
    await told(scan);
    link.part = () => ({ outcome: 'failed', message: `a\nb\u001b[2J\u202E${'x'.repeat(2_000)}` });
    await fetchOnce();
    const { message = '' } = (await stand.store.nodeScans.get(scan))?.failure ?? {};
    expect(message).toMatch(/^its node does not give its SBOM: a b\uFFFD/u);
    expect(message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(message.length).toBeLessThan(600);
  });

  it('is asked for again where it does not come whole, or the agent is away', async () => {
    const link = await connect();
    const scan = await begin();
    await told(scan);
    const whole = link.part;
    link.part = (offset, maxBytes) => (offset === 0 ? whole(offset, maxBytes) : { outcome: 'failed', message: 'gone' });
    const problems: string[] = [];
    const one = fetcher(problems);
    await fetchOnce(one);
    expect(problems).toEqual([expect.stringContaining('stopped giving')]);
    await stand.hub.dismiss('agent-1', 'test');
    await fetchOnce(one);
    expect(await show(scan)).toMatchObject({ state: 'fetching' });
    await connect();
    await fetchOnce(one);
    expect(await show(scan)).toMatchObject({ state: 'queued' });
  });

  it('is copied from its parts, of which nothing else is kept', async () => {
    const link = await connect();
    const scan = await begin();
    await told(scan);
    const message = Buffer.alloc(512 * 1024);
    link.part = async (offset) => {
      await setImmediate();
      message.set(SBOM.subarray(offset * 4, offset * 4 + 1));
      return { outcome: 'done', message: '', part: { data: message.subarray(0, 1), size: 40 } };
    };
    await fetchOnce();
    const expected = Buffer.from(Array.from({ length: 40 }, (_, at) => SBOM[at * 4] ?? 0));
    expect(Buffer.from((await stand.store.nodeScans.sbom(scan)) ?? []).toString()).toBe(expected.toString());
  });

  it('comes from one agent while another never comes to its end', async () => {
    const [slow] = [await connect(1), await connect(2)];
    const [first, second] = [await begin(), await begin('agents/agent-2')];
    await told(first);
    await told(second, {}, 'agent-2');
    const held = Promise.withResolvers<CommandOutcome>();
    slow.part = () => held.promise;
    const one = fetcher();
    await one.look();
    await expect.poll(async () => (await stand.store.nodeScans.get(second))?.state).toBe('queued');
    expect(await show(first)).toMatchObject({ state: 'fetching' });
    held.resolve({ outcome: 'failed', message: 'over' });
    await one.settled();
  });
});
