import type { Conversation } from '@bulkhead/inspector';
import type { FlowSide } from '@bulkhead/nftables';

/** Peers and ports of one namespace; of more, what was heard longest ago is forgotten. The kernel counts no more at once. */
const MAX_SERVICES = 16_384;
/** Of one peer and port. More is told as unknown. */
const MAX_APPLICATIONS = 8;

/** What the inspector calls traffic that no protocol explains. */
const UNEXPLAINED: ReadonlySet<string> = new Set(['raw', 'udp']);

/** What is spoken, or nothing where it cannot be said. */
export type Application = string | undefined;

interface Service {
  last: Application;
  /** Since it was last asked for. */
  readonly heard: Set<Application>;
}

/** What was spoken with each peer at each port, as far as the inspector has recognised it. */
export class Spoken {
  readonly #services = new Map<string, Service>();

  /** Takes in what was recognised in a namespace that has these addresses. */
  hear(conversations: readonly Conversation[], own: ReadonlySet<string>): void {
    for (const { transport, client, server, port, application } of conversations) {
      const [isClient, isServer] = [own.has(client), own.has(server)];
      // What a workload sends to itself is not counted, and neither is what is only routed.
      if (isClient === isServer) continue;
      const name = serviceName(isClient ? 'egress' : 'ingress', transport, isClient ? server : client, port);
      this.#hear(name, UNEXPLAINED.has(application) ? undefined : application);
    }
  }

  /** What was spoken since it was last asked, the last one last; otherwise the last that is known, if anything is. */
  take(name: string): readonly Application[] {
    const service = this.#services.get(name);
    if (service === undefined) return [];
    const heard = [...service.heard];
    service.heard.clear();
    return heard.length === 0 ? [service.last] : heard;
  }

  #hear(name: string, spoken: Application): void {
    const service = this.#services.get(name) ?? { last: undefined, heard: new Set<Application>() };
    const isMore = service.heard.size >= MAX_APPLICATIONS && !service.heard.has(spoken);
    service.last = isMore ? undefined : spoken;
    service.heard.delete(service.last);
    service.heard.add(service.last);
    // Put last again: the first is the one that was heard longest ago.
    this.#services.delete(name);
    this.#services.set(name, service);
    const [oldest] = this.#services.keys();
    if (this.#services.size > MAX_SERVICES && oldest !== undefined) this.#services.delete(oldest);
  }
}

/** Names a peer and port in a direction. */
export function serviceName(side: FlowSide, protocol: string, peer: string, port: number | undefined): string {
  return `${side} ${protocol} ${peer} ${port ?? ''}`;
}
