import { setTimeout as sleep } from 'node:timers/promises';
import { type AgentLink, type AgentSession, type CommandAction, type CommandOutcome, RpcError } from '@bulkhead/rpc';
import { StoreError } from '@bulkhead/store';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Stand, startStand } from '../test-support/stand.ts';

const WAIT = { timeout: 10_000, interval: 20 };
/** Enough for a request to come as far as it comes without an answer. */
const SETTLED_MS = 200;
const HEAD = { apiVersion: 'bulkhead.io/v1alpha1' };

let stand: Stand;
beforeEach(async () => {
  stand = await startStand();
  await stand.store.agents.enrol({ id: 'agent-1', node: 'node-1', enrolledAt: new Date(0).toISOString() });
});
afterEach(() => stand.close());

/** An agent's end, as the hub reaches it. */
const subjectOf = (action: CommandAction): string => ('workloadId' in action ? action.workloadId : '');

class Link implements AgentLink {
  readonly commands: CommandAction[] = [];
  answer: CommandOutcome | 'none' = { outcome: 'done', message: 'it is cut off' };
  before: Promise<void> = Promise.resolve();
  sendSnapshot(): void {}
  async command(action: CommandAction): Promise<CommandOutcome> {
    this.commands.push(action);
    await this.before;
    if (this.answer !== 'none') return this.answer;
    throw new RpcError('AGENT_UNAVAILABLE', { what: 'it', why: 'is away' });
  }
  close(): void {}
}

async function rule(spec: object): Promise<void> {
  const selector = { names: ['*'] };
  const documents = [
    { ...HEAD, kind: 'WorkloadGroup', metadata: { name: 'web' }, spec: { selector, mode: 'protect' } },
    {
      ...HEAD,
      kind: 'ResponseRule',
      metadata: { name: 'cut' },
      spec: { groups: ['web'], when: { events: ['session-blocked'] }, actions: ['quarantine'], ...spec },
    },
  ];
  const wanted = documents.map((document) => ({ kind: document.kind, name: document.metadata.name, document }));
  expect(await stand.policy.change({ wanted, by: 'test' })).toMatchObject({ outcome: 'changed' });
}

async function connect(link: Link): Promise<AgentSession> {
  const agent = { id: 'agent-1', node: 'node-1', version: '1', capabilities: [], policyVersion: undefined };
  const decision = await stand.hub.connect(
    { ...agent, certificate: { serial: '0a', notAfter: 0 }, peer: '192.0.2.1:1' },
    link,
  );
  if (!decision.ok) throw new Error(decision.problem);
  return decision.session;
}

const workload = (id: string, pod = id) => ({
  id,
  name: 'web',
  namespace: 'shop',
  labels: {},
  addresses: [],
  netns: `/run/netns/${pod}`,
  owners: [{ kind: 'Pod', name: pod }],
});
/** Reports what runs, and waits until that is kept. */
async function report(session: AgentSession, ...present: ReturnType<typeof workload>[]): Promise<void> {
  await session.workloads({ whole: true, present, gone: [] });
  for (const { id } of present) {
    await vi.waitFor(async () => expect(await stand.store.workloads.get(id)).toBeDefined(), WAIT);
  }
}

let sequence = 0;
function blocked(session: AgentSession, pod: string, over: object = {}): Promise<void> {
  sequence += 1;
  const event = {
    event: 'session-blocked',
    time: new Date(stand.clock.at).toISOString(),
    netns: `/run/netns/${pod}`,
    groups: ['web'],
    mode: 'protect',
    workloads: [{ name: 'web', namespace: 'shop', pod }],
    ...over,
  };
  const place = { epoch: 1, firstSequence: sequence, sequence, lostBefore: 0 };
  return session.storeBatch({ ...place, events: [JSON.stringify(event)] });
}

async function shown(id: string): Promise<{ quarantine?: { state: string; problem?: string } }> {
  const answer = await stand.app.inject({ url: `/api/v1/workloads/${id}`, headers: await stand.token('auditor') });
  return answer.json();
}

const audited = async () =>
  (await stand.store.audit.list({ action: 'workload.action' }, { limit: 99 })).items.map(
    ({ actor, target, outcome }) => ({ actor, target, outcome }),
  );

describe('a response rule that counts', () => {
  it('counts an event once that comes again, since the store did not take it, and does then what it asks for', async () => {
    await rule({ after: { count: 3, within: '1h' } });
    const link = new Link();
    const session = await connect(link);
    await report(session, workload('w'));
    const append = vi.spyOn(stand.store.events, 'append');
    const again = async (): Promise<void> => {
      append.mockRejectedValueOnce(new StoreError('STORE_BUSY', 'away'));
      await expect(blocked(session, 'w')).rejects.toThrow('away');
      sequence -= 1;
    };

    await blocked(session, 'w');
    for (let tries = 0; tries < 5; tries += 1) await again();
    await blocked(session, 'w');
    expect((await shown('w')).quarantine).toBeUndefined();

    // The third completes it, whichever of its tries is kept.
    for (let tries = 0; tries < 5; tries += 1) await again();
    await blocked(session, 'w');
    await vi.waitFor(async () => expect((await shown('w')).quarantine?.state).toBe('done'), WAIT);
    expect(link.commands).toHaveLength(1);
  });
});

describe('a response rule with the action capture', () => {
  it('has the packets kept of whoever it is about, in every mode, once in a while', async () => {
    await rule({ actions: ['capture'], capture: { seconds: 5, maxMebibytes: 1 } });
    const link = new Link();
    const session = await connect(link);
    await report(session, workload('w'), workload('x'));
    await blocked(session, 'w', { mode: 'discover' });
    await blocked(session, 'w', { mode: 'discover' });
    await blocked(session, 'gone');
    await vi.waitFor(async () => expect(await audited()).toHaveLength(1), WAIT);
    link.answer = 'none';
    await blocked(session, 'x');
    await vi.waitFor(async () => expect(await audited()).toHaveLength(2), WAIT);

    const capture = { kind: 'capture', seconds: 5, maxBytes: 2 ** 20 };
    expect(link.commands).toEqual([
      { ...capture, workloadId: 'w' },
      { ...capture, workloadId: 'x' },
    ]);
    expect(await audited()).toEqual([
      { actor: 'response-rule:cut', target: 'x', outcome: 'failed' },
      { actor: 'response-rule:cut', target: 'w', outcome: 'done' },
    ]);
    const back = new Link();
    const again = await connect(back);
    await report(again, workload('w'), workload('y'));
    await blocked(again, 'w');
    await blocked(again, 'y');
    stand.clock.at += 10 * 60_000;
    await blocked(again, 'w');
    await vi.waitFor(async () => expect(await audited()).toHaveLength(4), WAIT);
    expect(back.commands.map(subjectOf)).toEqual(['y', 'w']);
  });
});

describe('a response rule with the action quarantine', () => {
  it('has the agent cut the workload off once, and says everywhere why', async () => {
    await rule({});
    const link = new Link();
    const session = await connect(link);
    await report(session, workload('w'));
    await blocked(session, 'w');
    await vi.waitFor(async () => expect((await shown('w')).quarantine).toMatchObject({ state: 'done' }), WAIT);
    await blocked(session, 'w');

    expect(await shown('w')).toMatchObject({ quarantine: { cause: { kind: 'rule', name: 'cut' } } });
    const cutOff = async (): Promise<unknown> =>
      (
        await stand.app.inject({ url: '/api/v1/workloads?quarantined=true', headers: await stand.token('auditor') })
      ).json();
    expect(await cutOff()).toMatchObject({ items: [{ id: 'w', quarantine: { state: 'done' } }] });
    expect(await audited()).toEqual([{ actor: 'response-rule:cut', target: 'w', outcome: 'done' }]);
    expect((await stand.store.incidents.list({}, { limit: 9 })).items).toMatchObject([
      { kind: 'quarantined', rule: 'cut', workload: 'w', severity: 'high', count: 1 },
    ]);
    expect(link.commands).toHaveLength(1);

    const headers = await stand.token('operator');
    const act = { method: 'POST', url: '/api/v1/workloads/w/actions', headers } as const;
    expect((await stand.app.inject({ ...act, payload: { kind: 'release' } })).statusCode).toBe(200);
    expect(await shown('w')).not.toHaveProperty('quarantine');
    expect(await cutOff()).toEqual({ items: [] });
    stand.clock.at += 1_000;
    await blocked(session, 'w');
    await vi.waitFor(async () => expect((await shown('w')).quarantine).toMatchObject({ state: 'done' }), WAIT);
  });

  it('stops where it would be too much, which is shown until the incident is closed', async () => {
    await rule({ quarantine: { atMost: 1 } });
    const session = await connect(new Link());
    await report(session, workload('a'), workload('b'));
    const rules = async (): Promise<unknown> =>
      (await stand.app.inject({ url: '/api/v1/response-rules', headers: await stand.token('auditor') })).json();
    const about = { name: 'cut', groups: ['web'], events: ['session-blocked'], actions: ['quarantine'] };
    expect(await rules()).toEqual({ items: [{ ...about, description: '', quarantined: 0 }] });
    await blocked(session, 'a');
    await blocked(session, 'b');

    const incidents = (await stand.store.incidents.list({ state: 'open' }, { limit: 9 })).items;
    const stop = incidents.find(({ kind }) => kind === 'response-rule-stopped');
    expect(stop).toMatchObject({ severity: 'critical', rule: 'cut' });
    expect(await rules()).toMatchObject({ items: [{ ...about, quarantined: 1, stopped: { incident: stop?.id } }] });
    const close = { method: 'PATCH', url: `/api/v1/incidents/${stop?.id}`, payload: { state: 'closed' } } as const;
    await stand.app.inject({ ...close, headers: await stand.token('operator') });
    stand.clock.at += 1_000;
    await blocked(session, 'b');
    expect(await rules()).toEqual({ items: [{ ...about, description: '', quarantined: 2 }] });
    const isDone = async (): Promise<boolean> =>
      (await stand.store.quarantines.ofNode('node-1')).every(({ state }) => state === 'done');
    await vi.waitFor(async () => expect(await isDone()).toBe(true), WAIT);
  });

  it('leaves alone who is not in a mode of the rule, who is another, and what is of no workload', async () => {
    await rule({});
    const link = new Link();
    const session = await connect(link);
    await report(session, workload('w'));
    for (const mode of ['discover', 'monitor']) await blocked(session, 'w', { mode });
    await blocked(session, 'w', { workloads: [{ name: 'another', namespace: 'shop' }] });
    await blocked(session, 'gone');
    for (const netns of [undefined, 7, '']) await blocked(session, 'w', { netns });
    expect(await stand.store.quarantines.ofNode('node-1')).toEqual([]);

    await rule({ quarantine: { modes: ['monitor'] } });
    await blocked(session, 'w', { mode: 'monitor' });
    await vi.waitFor(() => expect(link.commands).toMatchObject([{ kind: 'quarantine', workloadId: 'w' }]), WAIT);
  });

  it('is carried out when the agent is there again, also by an api that was started anew', async () => {
    await rule({});
    const away = new Link();
    away.answer = 'none';
    const session = await connect(away);
    await report(session, workload('w'));
    await blocked(session, 'w');
    await vi.waitFor(() => expect(away.commands).toHaveLength(1), WAIT);
    session.closed('it broke');
    expect(await stand.store.quarantines.ofNode('node-1')).toMatchObject([{ state: 'wanted' }]);

    // A container that was started anew, in the network namespace of the pod.
    const back = new Link();
    await report(await connect(back), workload('w again', 'w'));
    await vi.waitFor(async () => expect((await shown('w again')).quarantine).toMatchObject({ state: 'done' }), WAIT);
    expect(back.commands).toMatchObject([{ kind: 'quarantine', workloadId: 'w again' }]);

    // An agent may have lost what it kept.
    const third = new Link();
    await report(await connect(third), workload('w again', 'w'));
    await vi.waitFor(() => expect(third.commands).toHaveLength(1), WAIT);
    expect(await audited()).toHaveLength(1);
  });

  it('is not ordered again after a release that came while others were', async () => {
    await rule({});
    const session = await connect(new Link());
    await report(session, workload('a'), workload('b'));
    await blocked(session, 'a');
    await blocked(session, 'b');
    const isDone = async (): Promise<boolean> =>
      (await stand.store.quarantines.ofNode('node-1')).every(({ state }) => state === 'done');
    await vi.waitFor(async () => expect(await isDone()).toBe(true), WAIT);

    const slow = new Link();
    const { promise: moment, resolve: go } = Promise.withResolvers<void>();
    slow.before = moment;
    await report(await connect(slow), workload('a'), workload('b'));
    await vi.waitFor(() => expect(slow.commands).toHaveLength(1), WAIT);
    const act = { method: 'POST', url: '/api/v1/workloads/b/actions', headers: await stand.token('operator') } as const;
    const released = stand.app.inject({ ...act, payload: { kind: 'release' } });
    await sleep(SETTLED_MS);
    go();

    expect((await released).statusCode).toBe(200);
    expect(slow.commands.map((action) => `${action.kind} ${subjectOf(action)}`)).toEqual([
      'quarantine a',
      'quarantine b',
      'release b',
    ]);
    expect(await stand.store.quarantines.ofNode('node-1')).toMatchObject([{ workload: 'a' }]);
  });

  it('is looked for once for all events that came while the agent was slow', async () => {
    await rule({});
    const link = new Link();
    const { promise: moment, resolve: go } = Promise.withResolvers<void>();
    link.before = moment;
    const session = await connect(link);
    await report(session, workload('a'), workload('b'));
    await blocked(session, 'a');
    await vi.waitFor(() => expect(link.commands).toHaveLength(1), WAIT);
    const looked = vi.spyOn(stand.store.quarantines, 'ofNode');
    for (let count = 0; count < 20; count += 1) await blocked(session, 'b');
    go();
    await vi.waitFor(async () => expect((await shown('b')).quarantine).toMatchObject({ state: 'done' }), WAIT);
    await stand.hub.retryQuarantines();

    // Once for all of them, and once for what is tried again.
    expect(looked).toHaveBeenCalledTimes(2);
    expect(link.commands.map(subjectOf)).toEqual(['a', 'b']);
  });

  it('is shown as failed where the agent cannot, and tried again', async () => {
    await rule({});
    const link = new Link();
    link.answer = { outcome: 'failed', message: 'no such workload' };
    const session = await connect(link);
    await report(session, workload('w'));
    await blocked(session, 'w');
    await vi.waitFor(async () => expect((await shown('w')).quarantine).toMatchObject({ state: 'failed' }), WAIT);
    expect((await shown('w')).quarantine?.problem).toBe('no such workload');

    link.answer = { outcome: 'done', message: 'it is cut off' };
    await stand.hub.retryQuarantines();
    expect((await shown('w')).quarantine).toMatchObject({ state: 'done' });
    expect((await audited()).map(({ outcome }) => outcome)).toEqual(['done', 'failed']);
  });
});
