import type { KnownWorkload, WorkloadStore } from '@bulkhead/control-plane';

/** Who compiles snapshots of workloads. */
export interface WorkloadTaker {
  isConnectedHere(agent: string): boolean;
  /** Takes what another process keeps of an agent for all there is on its node. */
  takeWorkloads(agent: string, node: string, workloads: readonly KnownWorkload[]): void;
}

/** Finds out what agents of other processes report, by how far the workloads of each agent have come in the store. */
export class WorkloadFollower {
  readonly #workloads: Pick<WorkloadStore, 'versions' | 'ofAgent'>;
  readonly #seen = new Map<string, number>();

  private constructor(workloads: Pick<WorkloadStore, 'versions' | 'ofAgent'>) {
    this.#workloads = workloads;
  }

  /** Begins with what is in the store now: whoever reads workloads later has seen it. */
  static async open(workloads: Pick<WorkloadStore, 'versions' | 'ofAgent'>): Promise<WorkloadFollower> {
    const follower = new WorkloadFollower(workloads);
    for (const { agent, version } of await workloads.versions()) follower.#seen.set(agent, version);
    return follower;
  }

  async look(taker: WorkloadTaker): Promise<void> {
    for (const { agent, node, version } of await this.#workloads.versions()) {
      // What an agent says here is newer than what is kept of it; when it is elsewhere again all of it is read.
      if (taker.isConnectedHere(agent)) this.#seen.delete(agent);
      else if (this.#seen.get(agent) !== version) {
        const workloads = await this.#workloads.ofAgent(agent);
        // It may have come here meanwhile.
        if (!taker.isConnectedHere(agent)) taker.takeWorkloads(agent, node, workloads);
        this.#seen.set(agent, version);
      }
    }
  }
}
