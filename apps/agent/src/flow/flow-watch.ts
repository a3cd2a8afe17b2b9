import { errorText } from '@bulkhead/core';
import type { Conversation } from '@bulkhead/inspector';
import { type FlowReading, NftablesError } from '@bulkhead/nftables';
import type { CountedFlow, NewAgentEvent } from '../event/agent-event.ts';
import { partsOf } from '../event/parts.ts';
import { subjectOf } from '../event/subject.ts';
import type { DnsAnswer } from '../firewall/dns-answer.ts';
import type { NamespacePlan } from '../plan.ts';
import { FlowLedger, type Telling } from './flow-ledger.ts';
import { PeerNames } from './peer-names.ts';
import { Spoken } from './spoken.ts';
import { sumPeers } from './sum-peers.ts';

/** How often the kernel is asked: a new flow is told so soon. */
const READ_MS = 10_000;
/** Of an event: few enough to be read. */
const MAX_FLOWS = 256;

/** What the kernel has counted, by the path of a namespace. */
export interface FlowCounters {
  /** Nothing where the namespace does not count. `before` is what was read of it last. */
  read(netns: string, before?: FlowReading): Promise<FlowReading | undefined>;
  /** Has it count (again). */
  count(netns: string): Promise<boolean>;
  /** Forgets what was counted. */
  empty(netns: string): Promise<void>;
}

export interface FlowWatchOptions {
  readonly counters: FlowCounters;
  /** Namespaces whose flows this agent has counted. */
  readonly plans: () => readonly NamespacePlan[];
  /** What the inspector has recognised in a namespace since it was last asked. */
  readonly conversations: (plan: NamespacePlan) => readonly Conversation[];
  readonly nodeAddresses: () => readonly string[];
  /** Those of workloads that the agent knows: they are told whatever else there is. */
  readonly knownAddresses: () => ReadonlySet<string>;
  readonly emit: (event: NewAgentEvent) => void;
  readonly onTold: (flow: CountedFlow) => void;
  readonly onNotCounted: (packets: number) => void;
  readonly onProblem: (problem: string) => void;
  readonly now?: () => number;
}

/** What is known of one namespace. */
interface Record {
  readonly ledger: FlowLedger;
  readonly spoken: Spoken;
  readonly names: PeerNames;
  /** What was read last. */
  reading?: FlowReading | undefined;
}

/** Reads what the kernel has counted in the namespaces of this node, and tells it. */
export class FlowWatch {
  readonly #options: FlowWatchOptions;
  readonly #now: () => number;
  readonly #records = new Map<string, Record>();
  /** Records of namespaces that were not held at the last pass. */
  #missing: readonly string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #turn: Promise<unknown> = Promise.resolve();
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
    // A namespace whose plan is being changed is not held for a moment: what was told of it must be known afterwards.
    for (const key of this.#missing) if (!keys.has(key)) this.#records.delete(key);
    this.#missing = [...this.#records.keys()].filter((key) => !keys.has(key));
    for (const plan of plans) {
      if (this.#isClosed) return;
      await this.#read(plan, false);
    }
  }

  /** Reads a namespace now: a workload in it has ended, and its network may end with it. */
  async look(plan: NamespacePlan): Promise<void> {
    if (!this.#isClosed) await this.#read(plan, false);
  }

  /** Takes in what the workloads of a namespace were told of a name. */
  learn(key: string, answer: DnsAnswer): void {
    this.#recordOf(key).names.learn(answer, this.#now());
  }

  /** Tells all that is known of a namespace before it is let go. */
  async finish(plan: NamespacePlan): Promise<void> {
    if (this.#isClosed) return;
    await this.#read(plan, true);
    this.#records.delete(plan.key);
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

  /**
   * Whether there was something to read. Never rejects: what is held does not depend on it. One after the other: a reading that is
   * taken in late would count what is known anew.
   */
  #read(plan: NamespacePlan, all: boolean): Promise<boolean> {
    const turn = this.#turn
      .then(() => this.#readNow(plan, all))
      .catch((error: unknown) => {
        this.#fail(error);
        return false;
      });
    this.#turn = turn;
    return turn;
  }

  async #readNow(plan: NamespacePlan, all: boolean): Promise<boolean> {
    const { counters, onNotCounted } = this.#options;
    const now = this.#now();
    const read = await counters.read(plan.path, this.#records.get(plan.key)?.reading).then(
      (reading) => ({ reading }),
      (error: unknown) => this.#fail(error),
    );
    // Let go as its turn came: what is read then is told by who lets it go.
    if (!all && !this.#options.plans().some(({ key }) => key === plan.key)) return false;
    const record = this.#recordOf(plan.key);
    const { ledger, spoken } = record;
    const reading = read?.reading;
    record.reading = reading;
    if (reading === undefined) {
      // Somebody has removed the rules that count. Where it could not be read, all that was counted is still there.
      if (read !== undefined) ledger.restart();
      if (read !== undefined && !this.#isClosed && !all) await counters.count(plan.path);
    } else {
      // Asked after the kernel: what was counted has mostly been recognised by now.
      spoken.hear(this.#options.conversations(plan), new Set(plan.workloads[0]?.addresses));
      ledger.take(reading, now, (service) => spoken.take(service));
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
    const { names } = this.#recordOf(plan.key);
    const told = sumPeers(flows, (peer) => node.has(peer) || known.has(peer)).map((flow) => {
      const domain = flow.direction === 'egress' ? names.nameOf(flow.peer, this.#now()) : undefined;
      return { ...flow, ...(domain !== undefined && { domain }), ...(node.has(flow.peer) && { node: true as const }) };
    });
    for (const flow of told) onTold(flow);
    for (const [index, part] of partsOf(told, MAX_FLOWS).entries()) {
      emit({
        event: 'flows',
        since: new Date(since).toISOString(),
        ...subjectOf(plan),
        addresses: plan.workloads[0]?.addresses ?? [],
        flows: part,
        ...(index === 0 && notCounted > 0 && { notCounted }),
      });
    }
  }

  #recordOf(key: string): Record {
    const known = this.#records.get(key);
    if (known !== undefined) return known;
    const record = { ledger: new FlowLedger(this.#now()), spoken: new Spoken(), names: new PeerNames() };
    this.#records.set(key, record);
    return record;
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
