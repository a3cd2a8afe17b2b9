import type { FlowEvent, NewAgentEvent, Subject } from '../event/agent-event.ts';
import type { RuleName } from './firewall-plan.ts';
import type { ToldPacket } from './told-packet.ts';

/** What a rule says about a packet: with what verdict, and who sent it to whom. */
export interface ToldFlow {
  readonly verdict: 'deny' | 'alert' | 'allow';
  readonly rule: RuleName;
  readonly packet: Pick<ToldPacket, 'protocol' | 'source' | 'destination' | 'ports'>;
  /** What is spoken, where that decided. */
  readonly application?: string;
}

/** The same flow is told once, and then how often within so much time. */
const WINDOW_MS = 10_000;
/** Flows that are counted at once; what is beyond is lost, and counted as lost. */
const MAX_FLOWS = 4_096;

const EVENTS = { deny: 'flow-denied', alert: 'flow-alerted', allow: 'flow-allowed' } as const;

interface Counted {
  readonly event: FlowEvent;
  count: number;
}

/** Turns packets that rules tell of into events: a flood of one flow becomes one event, and one more for each window. */
export class FlowEvents {
  readonly #emit: (event: NewAgentEvent) => void;
  readonly #onLost: (count: number) => void;
  readonly #flows = new Map<string, Counted>();

  constructor(emit: (event: NewAgentEvent) => void, onLost: (count: number) => void) {
    this.#emit = emit;
    this.#onLost = onLost;
  }

  static readonly windowMs = WINDOW_MS;

  tell(subject: Subject, { verdict, rule, packet, application }: ToldFlow): void {
    const { protocol, source, destination, ports } = packet;
    const [client, server, port] = [source, destination, ports?.destination];
    const key = JSON.stringify([subject.netns, verdict, rule, protocol, client, server, port, application]);
    const known = this.#flows.get(key);
    if (known !== undefined) {
      known.count += 1;
      return;
    }
    if (this.#flows.size >= MAX_FLOWS) {
      this.#onLost(1);
      return;
    }
    const event: FlowEvent = {
      event: EVENTS[verdict],
      ...rule,
      protocol,
      client,
      server,
      ...(port !== undefined && { port }),
      ...(application !== undefined && { application }),
      count: 1,
      ...subject,
    };
    this.#flows.set(key, { event, count: 0 });
    this.#emit(event);
  }

  /** Ends a window: tells how often flows were seen since they were told first, and forgets them. */
  endWindow(): void {
    for (const { event, count } of this.#flows.values()) if (count > 0) this.#emit({ ...event, count });
    this.#flows.clear();
  }
}
