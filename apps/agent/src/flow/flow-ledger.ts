import type { FlowCount, FlowReading } from '@bulkhead/nftables';
import type { CountedFlow } from '../event/agent-event.ts';
import { type Application, serviceName } from './spoken.ts';

/** A flow that was told is told again after so much time, with the sum of what came since. */
const SUM_MS = 5 * 60_000;
/** What was not told for so long is told at once, as if it were new. The kernel forgets peers as fast. */
const RECENT_MS = 60 * 60_000;
/** The kernel may leave an element out of a listing while it rearranges the set: it is not new afterwards. */
const MISSED_READINGS = 3;
/** More than the kernel counts in an hour, unless a workload that may change its rules has it forget and count others. */
const MAX_FLOWS = 65_536;

export interface Telling {
  /** What is told was seen since then. */
  readonly since: number;
  readonly flows: readonly CountedFlow[];
  /** Packets of flows that are not known. */
  readonly notCounted: number;
}

interface Baseline {
  count: FlowCount;
  /** At which it was there last. */
  reading: number;
}

type Counted = Pick<FlowCount, 'packets' | 'bytes'>;
const NOTHING: Counted = { packets: 0, bytes: 0 };

interface Entry {
  readonly flow: Omit<CountedFlow, 'sessions' | 'bytes'>;
  sessions: number;
  bytes: number;
  /** When the last reading before what waits was. */
  since: number;
  told: number | undefined;
  /** The reading at which it was new and nobody knew yet what is spoken: that is waited for, once. */
  readonly unheardAt: number | undefined;
}

/** What was spoken with a peer at a port since it was last asked; otherwise the last that is known, if anything is. */
export type TakeSpoken = (service: string) => readonly Application[];

const NOTHING_KNOWN: TakeSpoken = () => [];

/** Makes of what the kernel has counted in one namespace, reading by reading, what is to be told of it, and when. */
export class FlowLedger {
  readonly #phaseMs: number;
  readonly #baselines = new Map<string, Baseline>();
  readonly #entries = new Map<string, Entry>();
  #reading = 0;
  #readAt: number;
  #notCounted = { last: 0, waiting: 0 };

  /** `phase`, within 0 and 1: sums are told in this part of their interval, so that not all ledgers tell theirs at once. */
  constructor(now: number, phase = Math.random()) {
    this.#readAt = now;
    this.#phaseMs = phase * SUM_MS;
  }

  /**
   * Takes in a reading. What counts do not say, sums go to the last application that was spoken with a peer at a port; others
   * that were are told without a sum.
   */
  take({ counts, notCounted }: FlowReading, now: number, takeSpoken = NOTHING_KNOWN): void {
    this.#reading += 1;
    const isTried = namesTried(counts);
    const heard = new Map<string, readonly Application[]>();
    for (const count of counts) {
      const { packets, bytes } = this.#since(count);
      if (packets === 0 || count.kind === 'tried') continue;
      const name = nameOf(count);
      const spoken = heard.get(name) ?? (count.kind === 'denied' ? [undefined] : takeSpoken(name));
      heard.set(name, spoken);
      const verdict = count.kind === 'denied' ? 'block' : isTried(name) ? 'alert' : 'allow';
      const entry = this.#entryOf(count, verdict, spoken);
      if (entry === undefined) {
        if (count.kind !== 'opened') this.#notCounted.waiting += packets;
        continue;
      }
      // Of what is denied each packet is an attempt.
      if (count.kind !== 'carried') entry.sessions += packets;
      if (count.kind !== 'opened') entry.bytes += bytes;
    }
    for (const [id, { reading }] of this.#baselines) {
      if (reading < this.#reading - MISSED_READINGS) this.#baselines.delete(id);
    }
    this.#notCounted.waiting += increase(this.#notCounted.last, notCounted);
    this.#notCounted.last = notCounted;
    this.#readAt = now;
  }

  /** What was counted before is gone from the kernel. */
  restart(): void {
    this.#baselines.clear();
    this.#notCounted.last = 0;
  }

  /** What is to be told now, or all that waits; nothing where there is none. It is told once. */
  tell(now: number, all = false): Telling | undefined {
    const flows: CountedFlow[] = [];
    let since = now;
    for (const [name, entry] of this.#entries) {
      const { flow, sessions, bytes, told } = entry;
      if (told !== undefined && sessions + bytes === 0) {
        if (now - told >= RECENT_MS) this.#entries.delete(name);
        continue;
      }
      if (!all && !this.#isDue(entry, now)) continue;
      flows.push({ ...flow, sessions, bytes });
      since = Math.min(since, entry.since);
      Object.assign(entry, { sessions: 0, bytes: 0, told: now });
    }
    const notCounted = this.#notCounted.waiting;
    if (flows.length === 0 && !(all && notCounted > 0)) return undefined;
    this.#notCounted.waiting = 0;
    return { since, flows, notCounted };
  }

  #since(count: FlowCount): Counted {
    const baseline = this.#baselines.get(count.id);
    if (baseline === undefined) {
      this.#baselines.set(count.id, { count, reading: this.#reading });
      return count;
    }
    const { count: before } = baseline;
    baseline.count = count;
    baseline.reading = this.#reading;
    if (count === before) return NOTHING;
    const { packets, bytes } = count;
    // An element that counts less than before is another one: the kernel had forgotten the peer.
    if (packets < before.packets || bytes < before.bytes) return count;
    return { packets: packets - before.packets, bytes: bytes - before.bytes };
  }

  #isDue({ told, unheardAt }: Entry, now: number): boolean {
    if (told === undefined) return unheardAt !== this.#reading;
    return now - told >= RECENT_MS || this.#slot(now) !== this.#slot(told);
  }

  /** The entry that sums go to; none where there is no room for another. */
  #entryOf(count: FlowCount, verdict: CountedFlow['verdict'], spoken: readonly Application[]): Entry | undefined {
    const [last, ...others] = spoken.toReversed();
    for (const other of others) this.#entry(count, verdict, other, true);
    const entry = this.#entry(count, verdict, last, spoken.length > 0);
    if (entry !== undefined && last !== undefined) this.#join(entry, `${nameOf(count)} ${verdict} `);
    return entry;
  }

  /** Moves what waited for what is spoken to become known. */
  #join(entry: Entry, name: string): void {
    const waiting = this.#entries.get(name);
    if (waiting === undefined || waiting.told !== undefined || waiting.unheardAt === undefined) return;
    entry.sessions += waiting.sessions;
    entry.bytes += waiting.bytes;
    entry.since = Math.min(entry.since, waiting.since);
    this.#entries.delete(name);
  }

  #entry(
    count: FlowCount,
    verdict: CountedFlow['verdict'],
    application: Application,
    isHeard: boolean,
  ): Entry | undefined {
    const name = `${nameOf(count)} ${verdict} ${application ?? ''}`;
    const known = this.#entries.get(name);
    if (known !== undefined) {
      if (known.sessions + known.bytes === 0) known.since = this.#readAt;
      return known;
    }
    if (this.#entries.size >= MAX_FLOWS) return undefined;
    const { side: direction, protocol, peer, port } = count;
    const flow = {
      direction,
      protocol,
      peer,
      ...(port !== undefined && { port }),
      ...(application !== undefined && { application }),
      verdict,
    };
    const unheardAt = isHeard || protocol === 'icmp' ? undefined : this.#reading;
    const entry = { flow, sessions: 0, bytes: 0, since: this.#readAt, told: undefined, unheardAt };
    this.#entries.set(name, entry);
    return entry;
  }

  #slot(time: number): number {
    return Math.floor((time + this.#phaseMs) / SUM_MS);
  }
}

/** Whether rules that are only tried speak of what has a name. Nothing is looked at before that is asked: it rarely is. */
function namesTried(counts: readonly FlowCount[]): (name: string) => boolean {
  let names: ReadonlySet<string> | undefined;
  return (name) => {
    names ??= new Set(counts.filter(({ kind }) => kind === 'tried').map(nameOf));
    return names.has(name);
  };
}

function nameOf({ side, protocol, peer, port }: FlowCount): string {
  return serviceName(side, protocol, peer, port);
}

function increase(before: number, now: number): number {
  return now < before ? now : now - before;
}
