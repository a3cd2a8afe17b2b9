import { canonicalAddress, type FlowEnd, type FlowProtocol } from '@bulkhead/control-plane';
import { answersLookups, type ClusterService, type ClusterServicePort } from '@bulkhead/policy';

/** Knows where flows to the address of a service end. */
export class ServiceBook {
  readonly #services = new Map<string, ClusterService>();
  readonly #ports = new Map<string, ClusterServicePort>();

  /** Takes in a service, or what is new about it. */
  put(service: ClusterService): void {
    this.remove(service.id);
    this.#services.set(service.id, service);
    for (const [key, port] of placesOf(service)) this.#ports.set(key, port);
  }

  remove(id: string): void {
    const before = this.#services.get(id);
    if (before === undefined) return;
    this.#services.delete(id);
    // A service that is new may have its address by now.
    for (const [key, port] of placesOf(before)) if (this.#ports.get(key) === port) this.#ports.delete(key);
  }

  /**
   * Who is behind a service: one end, that all of those who are known belong to. Nothing where there are several, or one who is no pod,
   * since nobody knows to which of them a flow went.
   */
  behind(
    address: string,
    protocol: FlowProtocol,
    port: number,
    who: (address: string) => FlowEnd | undefined,
  ): { readonly end: FlowEnd; readonly port: number } | undefined {
    const place = this.#ports.get(keyOf(address, protocol, port));
    const [only, more] = place?.to ?? [];
    if (place === undefined || only === undefined || more !== undefined) return undefined;
    let found: { readonly end: FlowEnd; readonly text: string } | undefined;
    for (const { address: one, isPod } of only.ends) {
      const end = who(one);
      if (end === undefined) {
        if (isPod) continue;
        return undefined;
      }
      const text = JSON.stringify(end);
      if (found !== undefined && found.text !== text) return undefined;
      found = { end, text };
    }
    return found === undefined ? undefined : { end: found.end, port: answersLookups(place) ? port : only.port };
  }
}

function placesOf({ addresses, ports }: ClusterService): readonly (readonly [string, ClusterServicePort])[] {
  return addresses.flatMap((address) => ports.map((port) => [keyOf(address, port.protocol, port.port), port] as const));
}

function keyOf(address: string, protocol: FlowProtocol, port: number): string {
  return `${canonicalAddress(address)} ${protocol} ${port}`;
}
