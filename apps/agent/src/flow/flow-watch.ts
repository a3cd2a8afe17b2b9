import { errorText } from '@bulkhead/core';
import { type FlowReading, NftablesError } from '@bulkhead/nftables';
import type { CountedFlow, NewAgentEvent } from '../event/agent-event.ts';
import { subjectOf } from '../event/subject.ts';
import type { NamespacePlan } from '../plan.ts';
import { FlowLedger, type Telling } from './flow-ledger.ts';
import { sumPeers } from './sum-peers.ts';

/** How often the kernel is asked: a new flow is told so soon. */
const READ_MS = 10_000;
/** Keeps each event far below what a message to the control plane may have. */
const MAX_FLOWS = 256;

/** What the kernel has counted, by the path of a namespace. */
export interface FlowCounters {
  /** Nothing where the namespace does not count. */
  read(netns: string): Promise<FlowReading | undefined>;
  /** Has it count (again). */
  count(netns: string): Promise<boolean>;
  /** Forgets what was counted. */
  empty(netns: string): Promise<void>;
}

export interface FlowWatchOptions {
  readonly counters: FlowCounters;
  /** Namespaces whose flows this agent has counted. */
  readonly plans: () => readonly NamespacePlan[];
  readonly nodeAddresses: () => readonly string[];
  /** Those of workloads that the agent knows: they are told whatever else there is. */
  readonly knownAddresses: () => ReadonlySet<string>;
  readonly emit: (event: NewAgentEvent) => void;
  readonly onTold: (flow: CountedFlow) => void;
  readonly onNotCounted: (packets: number) => void;
  readonly onProblem: (problem: string) => void;
  readonly now?: () => number;
}

/** Reads what the kernel has counted in the namespaces of this node, and tells it. */
export class FlowWatch {
  readonly #options: FlowWatchOptions;
  readonly #now: () => number;
  readonly #ledgers = new Map<string, FlowLedger>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #isClosed = false;
  #problem = '';

  constructor(options: FlowWatchOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Reads from now on, again and again. */
  start(): void {
    this.#timer = setTimeout(() => {
      this.#running = this.pass().finally(() => {
        if (!this.#isClosed) this.start();
      });
    }, READ_MS);
  }

  /** Reads each namespace once, and tells what is to be told. */
  async pass(): Promise<void> {
    const plans = this.#options.plans();
    const keys = new Set(plans.map(({ key }) => key));
    for (const key of this.#ledgers.keys()) if (!keys.has(key)) this.#ledgers.delete(key);
    for (const plan of plans) {
      if (this.#isClosed) return;
      await this.#read(plan, false);
    }
  }

  /** Tells all that is known of a namespace before it is let go. */
  async finish(plan: NamespacePlan): Promise<void> {
    if (this.#isClosed) return;
    await this.#read(plan, true);
    this.#ledgers.delete(plan.key);
  }

  /** Tells all that is known, and has the kernel forget it: nothing is told again by the agent that comes next. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#running;
    for (const plan of this.#options.plans()) {
      const isRead = await this.#read(plan, true);
      if (isRead) await this.#options.counters.empty(plan.path).catch((error: unknown) => this.#fail(error));
    }
  }

  /** Whether there was something to read. */
  async #read(plan: NamespacePlan, all: boolean): Promise<boolean> {
    const { counters, onNotCounted } = this.#options;
    const now = this.#now();
    const ledger = this.#ledgers.get(plan.key) ?? new FlowLedger(now);
    this.#ledgers.set(plan.key, ledger);
    const reading = await counters.read(plan.path).catch((error: unknown) => this.#fail(error));
    if (reading === undefined) {
      // Somebody has removed the rules that count, or the namespace with them.
      ledger.restart();
      if (!this.#isClosed && !all) await counters.count(plan.path);
    } else {
      ledger.take(reading, now);
    }
    const telling = ledger.tell(now, all);
    if (telling === undefined) return reading !== undefined;
    if (telling.notCounted > 0) onNotCounted(telling.notCounted);
    this.#tell(plan, telling);
    return reading !== undefined;
  }

  #tell(plan: NamespacePlan, { since, flows, notCounted }: Telling): void {
    const { emit, knownAddresses, nodeAddresses, onTold } = this.#options;
    const [node, known] = [new Set(nodeAddresses()), knownAddresses()];
    const told = sumPeers(flows, (peer) => node.has(peer) || known.has(peer)).map((flow) =>
      node.has(flow.peer) ? { ...flow, node: true as const } : flow,
    );
    for (const flow of told) onTold(flow);
    for (let at = 0; at === 0 || at < told.length; at += MAX_FLOWS) {
      emit({
        event: 'flows',
        since: new Date(since).toISOString(),
        ...subjectOf(plan),
        addresses: plan.workloads[0]?.addresses ?? [],
        flows: told.slice(at, at + MAX_FLOWS),
        ...(at === 0 && notCounted > 0 && { notCounted }),
      });
    }
  }

  /** Says a problem once, until there is another. That a namespace is gone is none. */
  #fail(error: unknown): undefined {
    if (error instanceof NftablesError && error.code === 'NAMESPACE_UNAVAILABLE') return undefined;
    const problem = errorText(error);
    if (problem !== this.#problem) this.#options.onProblem(`flows are not told: ${problem}`);
    this.#problem = problem;
    return undefined;
  }
}
