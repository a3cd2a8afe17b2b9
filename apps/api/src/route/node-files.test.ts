import type { AgentLink, CommandAction, CommandOutcome } from '@bulkhead/rpc';
import { StoreError } from '@bulkhead/store';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Stand, startStand } from '../test-support/stand.ts';

const NAME = 'command-20261126T120000000Z-cafe.pcapng';
const FILE = `/var/lib/bulkhead/captures/${NAME}`;
const CONTENT = Buffer.from(Array.from({ length: 1_000_000 }, (_, at) => (at * 7 + (at >> 8)) % 256));

let stand: Stand;
beforeEach(async () => {
  stand = await startStand();
  await stand.store.agents.enrol({ id: 'agent-1', node: 'node-1', enrolledAt: '' });
});
afterEach(() => stand.close());

/** An agent that has captures. */
class Link implements AgentLink {
  readonly reads: number[] = [];
  content = CONTENT;
  /** Has its word about each answer. */
  spoil: (outcome: CommandOutcome, offset: number) => CommandOutcome | Promise<CommandOutcome> = (outcome) => outcome;

  sendSnapshot(): void {}
  close(): void {}
  async command(action: CommandAction): Promise<CommandOutcome> {
    if (action.kind !== 'read') throw new Error(`it was asked to ${action.kind}`);
    const { file, offset, maxBytes } = action;
    this.reads.push(offset);
    if (file !== NAME) return { outcome: 'failed', message: 'there is no such file' };
    const part = { data: this.content.subarray(offset, offset + maxBytes), size: this.content.length };
    return this.spoil({ outcome: 'done', message: '', part }, offset);
  }
}

async function connect(): Promise<Link> {
  const link = new Link();
  const agent = { id: 'agent-1', node: 'node-1', version: '1', capabilities: ['read'], policyVersion: undefined };
  const certificate = { serial: '0a', notAfter: 0 };
  const decision = await stand.hub.connect({ ...agent, certificate, peer: '192.0.2.1:1' }, link);
  if (!decision.ok) throw new Error(decision.problem);
  return link;
}

/** Has the agent tell of something that happened; gives the event's id. */
async function told(document: object): Promise<number> {
  const at = new Date(stand.clock.at).toISOString();
  const before = await stand.store.events.position('agent-1');
  const sequence = (before?.sequence ?? 0) + 1;
  await stand.store.events.append({ agent: 'agent-1', epoch: 1, events: [{ sequence, document }] }, at);
  const { items } = await stand.store.events.list({}, { limit: 1 });
  return items[0]?.id ?? 0;
}

const WRITTEN = { event: 'capture-written', file: FILE, bytes: CONTENT.length };
const ABOUT = { ...WRITTEN, workloads: [{ name: 'web', namespace: 'shop', pod: 'web-1' }] };

const ask = async (id: number, headers: Readonly<Record<string, string>> = {}) =>
  stand.app.inject({
    url: `/api/v1/events/${id}/capture`,
    headers: { ...(await stand.token('operator')), ...headers },
  });

describe('a capture', () => {
  it('is not held open where it cannot be written down who takes it', async () => {
    const [, id] = [await connect(), await told(ABOUT)];
    const append = vi.spyOn(stand.store.audit, 'append');
    for (let count = 0; count < 8; count += 1) {
      append.mockRejectedValueOnce(new StoreError('STORE_UNREACHABLE', 'away'));
      expect((await ask(id)).statusCode).toBe(503);
    }

    expect((await ask(id)).statusCode).toBe(200);
  });

  it('comes as it is, part by part, and the audit log says who took it', async () => {
    const [link, id] = [await connect(), await told(ABOUT)];
    const answer = await ask(id);

    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-length': String(CONTENT.length),
      'content-disposition': `attachment; filename="${NAME}"`,
      'cache-control': 'no-store',
    });
    expect(answer.rawPayload.equals(CONTENT)).toBe(true);
    expect(link.reads).toEqual([0, 262_144, 524_288, 786_432]);
    const { items } = await stand.store.audit.list({}, { limit: 1 });
    expect(items).toMatchObject([
      { action: 'capture.download', target: String(id), outcome: 'done', detail: { file: NAME, workload: 'web-1' } },
    ]);
  });

  it('goes on where it broke off', async () => {
    const [, id] = [await connect(), await told(ABOUT)];

    const rest = await ask(id, { range: 'bytes=999990-' });
    expect(rest.statusCode).toBe(206);
    expect(rest.headers['content-range']).toBe('bytes 999990-999999/1000000');
    expect(rest.rawPayload.equals(CONTENT.subarray(999_990))).toBe(true);
    expect(await ask(id, { range: 'bytes=1000000-' })).toMatchObject({ statusCode: 416 });
    expect(await ask(id, { range: 'bytes=0-5' })).toMatchObject({ statusCode: 400 });
  });

  it('is for who may have packets of its namespace, and each refusal is written down', async () => {
    const [, shop, nowhere] = [await connect(), await told(ABOUT), await told(WRITTEN)];
    const status = async (id: number, role: 'operator' | 'auditor' | 'admin', namespace?: string): Promise<number> => {
      const headers = await stand.token(role, namespace);
      return (await stand.app.inject({ url: `/api/v1/events/${id}/capture`, headers })).statusCode;
    };

    expect(await status(shop, 'operator', 'shop')).toBe(200);
    expect(await status(shop, 'admin')).toBe(200);
    expect(await status(shop, 'auditor')).toBe(403);
    expect(await status(shop, 'operator', 'bank')).toBe(404);
    expect(await status(nowhere, 'operator', 'shop')).toBe(404);
    expect(await status(nowhere, 'operator')).toBe(200);
    const { items } = await stand.store.audit.list({ action: 'capture.download' }, { limit: 10 });
    expect(items.map(({ outcome }) => outcome)).toEqual(['done', 'refused', 'refused', 'refused', 'done', 'done']);
  });

  it.each([
    ['another event', { event: 'finding', file: FILE }, 404],
    ['a file that is no capture', { ...WRITTEN, file: '/etc/passwd' }, 404],
    ['a name that would be a header', { ...WRITTEN, file: 'a"\r\nx: y.pcapng' }, 404],
    ['no file', { event: 'capture-written' }, 404],
    ['a capture that is gone', { ...WRITTEN, file: '/x/command-20261126T120000000Z-beef.pcapng' }, 404],
  ])('is not what %s tells of', async (_, document, status) => {
    await connect();
    expect(await ask(await told(document))).toMatchObject({ statusCode: status });
  });

  it('needs its agent, and one that knows how', async () => {
    const id = await told(ABOUT);
    expect(await ask(id)).toMatchObject({ statusCode: 503 });
    const link = await connect();
    link.spoil = () => ({ outcome: 'unsupported', message: 'this agent does not know the command' });
    expect(await ask(id)).toMatchObject({ statusCode: 409 });
    link.spoil = () => Promise.reject(new Error('it hangs'));
    expect(await ask(id)).toMatchObject({ statusCode: 503 });
  });

  it.each<[string, Link['spoil']]>([
    ['stops', (outcome, offset) => (offset === 0 ? outcome : { outcome: 'failed', message: 'no such file' })],
    ['hangs', (outcome, offset) => (offset === 0 ? outcome : Promise.reject(new Error('nothing came')))],
    ['gives nothing more', (o, offset) => (offset === 0 ? o : { ...o, part: { data: new Uint8Array(), size: 1e6 } })],
    ['gives another file', (o, offset) => (offset === 0 ? o : { ...o, part: { data: new Uint8Array(9), size: 9 } })],
  ])('ends with an error where its agent %s on the way', async (_, spoil) => {
    const [link, id] = [await connect(), await told(ABOUT)];
    link.spoil = spoil;
    await expect(ask(id)).rejects.toThrow(/destroyed|stopped giving/);
    // Whoever failed does not keep others from it.
    link.spoil = (outcome) => outcome;
    for (let time = 0; time < 5; time += 1) expect((await ask(id)).statusCode).toBe(200);
  });

  it('is never more than its agent said', async () => {
    const [link, id] = [await connect(), await told(ABOUT)];
    link.spoil = (outcome) => ({ ...outcome, part: { data: Buffer.alloc(100, 1), size: 150 } });
    expect((await ask(id)).rawPayload).toHaveLength(150);
  });

  it('is not given to more at once than there is memory for', async () => {
    const [link, id] = [await connect(), await told(ABOUT)];
    const open = Promise.withResolvers<void>();
    link.spoil = async (outcome) => {
      await open.promise;
      return outcome;
    };
    const all = Array.from({ length: 6 }, () => ask(id));
    const refused = await Promise.race(all);
    open.resolve();
    expect(refused.statusCode).toBe(503);
    const statuses = (await Promise.all(all)).map(({ statusCode }) => statusCode);
    expect(statuses.filter((status) => status === 200)).toHaveLength(4);
    expect(statuses.filter((status) => status === 503)).toHaveLength(2);
  });
});
