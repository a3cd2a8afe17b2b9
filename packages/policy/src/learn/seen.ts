import { compareText } from '@bulkhead/core';
import type { Application } from '../network/application.ts';
import type { NetworkPeer } from '../network/rule-set.ts';
import { peerText } from '../network/words.ts';
import type { CalledPort } from './join-ports.ts';

/** One port of one peer that flows went to. */
export interface SeenService extends CalledPort {
  readonly peer: NetworkPeer;
  /** As the end told that saw more of them: both tell of the same. */
  readonly sessions: number;
  /** The latest, ISO 8601; empty for what is only inferred. */
  readonly lastSeen: string;
}

interface Counted extends CalledPort {
  readonly peer: NetworkPeer;
  readonly sessions: { own: number; others: number };
  lastSeen: string;
}

/** What somebody asks to have counted as seen. */
export interface Sighting extends CalledPort {
  readonly peer: NetworkPeer;
  readonly application: Application | undefined;
  /** Which end told of it: the group's own workload, or its peer alone. */
  readonly toldBy: 'own' | 'others';
  readonly sessions: number;
  readonly lastSeen: string;
}

const DNS_PORT = 53;

/** What was seen of a group in one direction, by peer and port, and what was spoken there. */
export class Seen {
  readonly #services = new Map<string, Counted>();
  /** Absent where something was seen whose application nobody knows. */
  readonly #spoken = new Map<string, Set<Application> | undefined>();

  add({ peer, protocol, port, application, toldBy, sessions, lastSeen }: Sighting): void {
    const called = { protocol, ...(port !== undefined && { port }) };
    const key = `${peer.kind} ${peerText(peer)} ${portKey(called)}`;
    const service = this.#services.get(key) ?? { peer, ...called, sessions: { own: 0, others: 0 }, lastSeen };
    this.#services.set(key, service);
    service.sessions[toldBy] += sessions;
    if (lastSeen > service.lastSeen) service.lastSeen = lastSeen;
    this.#speak(peer, called, application);
  }

  /** All of it, by peer and port. */
  get services(): readonly SeenService[] {
    const all = [...this.#services.values()].map(({ sessions: { own, others }, ...service }) => ({
      ...service,
      sessions: Math.max(own, others),
    }));
    return all.toSorted(
      (a, b) => compareText(peerText(a.peer), peerText(b.peer)) || compareText(portKey(a), portKey(b)),
    );
  }

  /**
   * Answers that are too long for a datagram are asked for again over TCP (RFC 7766), at times that nobody happens to watch:
   * where names were looked up over UDP they may be over TCP.
   */
  inferDnsOverTcp(): void {
    for (const { peer, protocol, port } of this.services) {
      if (protocol !== 'udp' || port !== DNS_PORT) continue;
      const spoken = this.applicationsOf({ peer, protocol, port });
      for (const application of spoken.length === 0 ? [undefined] : spoken) {
        this.add({ peer, protocol: 'tcp', port, application, toldBy: 'own', sessions: 0, lastSeen: '' });
      }
    }
  }

  /** What all sessions with a service spoke, sorted; empty where one of them spoke something that rules have no name for. */
  applicationsOf(service: CalledPort & { readonly peer: NetworkPeer }): readonly Application[] {
    return [...(this.#spoken.get(classOf(service.peer, service)) ?? [])].toSorted(compareText);
  }

  #speak(peer: NetworkPeer, called: CalledPort, application: Application | undefined): void {
    const key = classOf(peer, called);
    if (application === undefined) this.#spoken.set(key, undefined);
    else if (!this.#spoken.has(key)) this.#spoken.set(key, new Set([application]));
    else this.#spoken.get(key)?.add(application);
  }
}

/** Addresses are many that stand for one kind of peer: what one of them speaks on a port, the others may. */
function classOf(peer: NetworkPeer, called: CalledPort): string {
  return `${peer.kind === 'prefix' ? '' : `${peer.kind} ${peerText(peer)}`} ${portKey(called)}`;
}

export function portKey({ protocol, port }: CalledPort): string {
  return `${protocol}/${String(port ?? 0).padStart(5, '0')}`;
}
