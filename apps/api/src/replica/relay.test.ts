import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KnownWorkload } from '@bulkhead/control-plane';
import type { CommandAction, CommandOutcome } from '@bulkhead/rpc';
import { openStore, type Store } from '@bulkhead/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SettledByPerson } from '../response/quarantine-orders.ts';
import { type LocalAgents, PATIENCE_MS, Relay } from './relay.ts';

const RELEASE = { kind: 'release', workloadId: 'w' } as const;

let folder: string;
let store: Store;
let now = 0;
let ended: AbortController;
beforeEach(async () => {
  now = 1_000_000_000;
  ended = new AbortController();
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-relay-'));
  store = await openStore({ file: join(folder, 'store.db') });
  await store.agents.enrol({ id: 'agent', node: 'node', enrolledAt: '' });
  await connectTo('two');
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const connectTo = (replica: string): Promise<unknown> =>
  store.agents.noteConnected('agent', { at: '', version: '', certificateSerial: '', replica });

function relayOf(replica: string): Relay {
  const { agentRequests: requests, agents, workloads } = store;
  const clock = { now: () => now };
  return new Relay({
    requests,
    agents,
    workloads,
    replica,
    clock,
    logger: { warn: () => undefined },
    signal: ended.signal,
  });
}

class Local implements LocalAgents {
  readonly done: string[] = [];
  answer: CommandOutcome | undefined | Error = { outcome: 'done', message: 'released' };

  commandHere(agent: string, { kind }: CommandAction): Promise<CommandOutcome | undefined> {
    this.done.push(`${kind} ${agent}`);
    return this.answer instanceof Error ? Promise.reject(this.answer) : Promise.resolve(this.answer);
  }
  settleHere({ id }: KnownWorkload, { kind }: SettledByPerson, by: string): Promise<CommandOutcome | undefined> {
    this.done.push(`${kind} ${id} for ${by}`);
    return Promise.resolve({ outcome: 'done', message: '' });
  }
  dismissHere(agent: string, reason: string): void {
    this.done.push(`dismiss ${agent}: ${reason}`);
  }
}

/** What comes of a command while the other process looks until there is something for it. */
async function commanded(local: Local): Promise<CommandOutcome | undefined> {
  const other = relayOf('two');
  const answer = relayOf('one').command('agent', RELEASE);
  while (local.done.length === 0) await other.look(local);
  await other.settled();
  return answer;
}

describe('a relay', () => {
  it('has the process that an agent is connected to command it, and brings the answer', async () => {
    const local = new Local();
    expect(await commanded(local)).toEqual({ outcome: 'done', message: 'released' });
    expect(local.done).toEqual(['release agent']);
  });

  it('brings bytes as they are', async () => {
    const local = new Local();
    const data = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    local.answer = { outcome: 'done', message: '', part: { data, size: 2 ** 40 } };
    const { part } = (await commanded(local)) ?? {};
    expect(Buffer.from(part?.data ?? []).equals(data)).toBe(true);
    expect(part?.size).toBe(2 ** 40);
  });

  it.each([undefined, new Error('it hangs')])(
    'gives nothing where the agent does not answer there: %s',
    async (answer) => {
      const local = new Local();
      local.answer = answer;
      expect(await commanded(local)).toBeUndefined();
    },
  );

  it('has what a person wants about quarantine settled there, of a workload of that agent alone', async () => {
    const mine = { id: 'mine', name: 'mine', labels: {}, owners: [], addresses: [] };
    await store.workloads.replace('agent', [mine], '');
    const known = await store.workloads.get('mine');
    if (known === undefined) throw new Error('it was kept just now');
    const [other, local] = [relayOf('two'), new Local()];
    const first = relayOf('one').settle(known, { kind: 'release' }, 'account:ann');
    while (local.done.length === 0) await other.look(local);
    expect(await first).toEqual({ outcome: 'done', message: '' });
    expect(local.done).toEqual(['release mine for account:ann']);

    await store.agents.enrol({ id: 'another', node: 'node', enrolledAt: '' });
    await store.workloads.replace('another', [{ ...mine, id: 'foreign' }], '');
    const second = relayOf('one').settle({ ...known, id: 'foreign' }, { kind: 'release' }, 'account:ann');
    for (let isOver = false; !isOver; ) {
      await other.look(local);
      isOver = await Promise.race([
        second.then(() => true),
        new Promise<boolean>((go) => void setImmediate(go, false)),
      ]);
    }
    expect(await second).toBeUndefined();
    expect(local.done).toHaveLength(1);
  });

  it('asks nobody for an agent that is connected to nobody, or to this process', async () => {
    await store.agents.noteDisconnected('agent', '', 'two');
    expect(await relayOf('one').command('agent', RELEASE)).toBeUndefined();
    expect(await relayOf('one').command('nobody', RELEASE)).toBeUndefined();
    await connectTo('one');
    expect(await relayOf('one').command('agent', RELEASE)).toBeUndefined();
    await relayOf('one').dismiss('agent', 'why');

    const local = new Local();
    await relayOf('one').look(local);
    expect(local.done).toEqual([]);
  });

  it('does not begin with more than it does at once: the rest waits for room', async () => {
    const askedAt = new Date(now).toISOString();
    const document = JSON.stringify({ kind: 'command', action: RELEASE });
    for (let index = 0; index < 150; index += 1) {
      await store.agentRequests.ask({ id: String(index), replica: 'two', agent: 'agent', document, askedAt });
    }
    const [other, local] = [relayOf('two'), new Local()];
    const answered = Promise.withResolvers<CommandOutcome>();
    const begun: string[] = [];
    local.commandHere = (agent) => {
      begun.push(agent);
      return answered.promise;
    };
    for (let look = 0; look < 3; look += 1) await other.look(local);
    expect(begun).toHaveLength(100);
    answered.resolve({ outcome: 'done', message: '' });
    await other.settled();
    await other.look(local);
    await other.settled();
    expect(begun).toHaveLength(150);
  });

  it('waits for nobody who is gone', async () => {
    const answer = relayOf('one').command('agent', RELEASE);
    while ((await store.agentRequests.take('two', 1)).length === 0);
    await store.replicas.remove('two', '');
    expect(await answer).toBeUndefined();
  });

  it('does nothing that somebody asked for too long ago, and does not wait when the process ends', async () => {
    const answer = relayOf('one').command('agent', RELEASE);
    ended.abort();
    expect(await answer).toBeUndefined();
    // Whoever asked was told that nothing came of it: nothing may.
    expect(await store.agentRequests.take('two', 9)).toEqual([]);
    const [id, replica, agent] = ['late', 'two', 'agent'];
    const askedAt = new Date(now).toISOString();
    const document = JSON.stringify({ kind: 'command', action: RELEASE });
    await store.agentRequests.ask({ id, replica, agent, document, askedAt });
    now += PATIENCE_MS + 1;

    const [other, local] = [relayOf('two'), new Local()];
    await other.look(local);
    await other.settled();
    expect(local.done).toEqual([]);
    expect(await store.agentRequests.collect(id)).toEqual({ answer: '{}' });
    now += 2 * PATIENCE_MS;
    await other.prune();
  });

  it('shows out who is not welcome any more or has moved, and nobody who has come back', async () => {
    const [other, local] = [relayOf('two'), new Local()];
    const look = async (): Promise<readonly string[]> => {
      await other.look(local);
      await other.settled();
      return local.done.splice(0);
    };
    await relayOf('one').dismiss('agent', 'it was revoked');
    expect(await look()).toEqual(['dismiss agent: it was revoked']);
    await relayOf('one').moved('agent', 'two');
    expect(await look()).toEqual([]);
    await connectTo('one');
    await relayOf('one').moved('agent', 'two');
    expect(await look()).toEqual(['dismiss agent: it is connected to another replica']);
  });

  it('answers nothing to what a later version asks', async () => {
    const ask = { replica: 'two', agent: 'agent', askedAt: new Date(now).toISOString() };
    await store.agentRequests.ask({ ...ask, id: 'odd', document: '{"kind":"dance"}' });
    await store.agentRequests.ask({ ...ask, id: 'broken', document: '{' });
    const [other, local] = [relayOf('two'), new Local()];
    await other.look(local);
    await other.settled();
    expect(local.done).toEqual([]);
    expect(await store.agentRequests.collect('odd')).toBe('gone');
  });
});
