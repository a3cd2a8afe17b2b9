import type { KnownWorkload } from '@bulkhead/control-plane';
import { describe, expect, it } from 'vitest';
import { WorkloadFollower, type WorkloadTaker } from './follow-workloads.ts';

class Taker implements WorkloadTaker {
  readonly taken: string[] = [];
  isHere = false;

  isConnectedHere(): boolean {
    return this.isHere;
  }
  takeWorkloads(agent: string, node: string): void {
    this.taken.push(`${agent} on ${node}`);
  }
}

/** The store, as far as it is asked for workloads, with one agent. */
class Kept {
  version = 0;
  whileRead: () => void = () => undefined;

  versions() {
    return Promise.resolve([{ agent: 'agent', node: 'node', version: this.version }]);
  }
  ofAgent(): Promise<readonly KnownWorkload[]> {
    this.whileRead();
    return Promise.resolve([]);
  }
}

describe('a follower of workloads', () => {
  it('has those taken that changed since it began, once', async () => {
    const [kept, taker] = [new Kept(), new Taker()];
    const follower = await WorkloadFollower.open(kept);
    await follower.look(taker);
    expect(taker.taken).toEqual([]);

    kept.version += 1;
    await follower.look(taker);
    await follower.look(taker);
    expect(taker.taken).toEqual(['agent on node']);
  });

  it('leaves alone what an agent says here, also of one that came while it was read of', async () => {
    const [kept, taker] = [new Kept(), new Taker()];
    const follower = await WorkloadFollower.open(kept);
    taker.isHere = true;
    kept.version += 1;
    await follower.look(taker);

    taker.isHere = false;
    kept.whileRead = () => {
      taker.isHere = true;
    };
    await follower.look(taker);
    expect(taker.taken).toEqual([]);
  });

  it('reads all of an agent that was here and is elsewhere again, though nothing was kept since', async () => {
    const [kept, taker] = [new Kept(), new Taker()];
    const follower = await WorkloadFollower.open(kept);
    taker.isHere = true;
    await follower.look(taker);
    taker.isHere = false;
    await follower.look(taker);
    expect(taker.taken).toEqual(['agent on node']);
  });
});
