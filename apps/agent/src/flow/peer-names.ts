import type { DnsAnswer } from '../firewall/dns-answer.ts';

/** Of one namespace. What was told longest ago goes first: names that answer with ever new addresses cost no more. */
const MAX_ADDRESSES = 4_096;
/** As long as the kernel remembers a silent peer. */
const KEPT_MS = 60 * 60 * 1_000;
/** What a resolver is asked for by a program that looks for a host (RFC 1035, and the underscores of RFC 2782). */
const HOST_NAME = /^[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?$/;

interface Named {
  readonly name: string;
  readonly until: number;
}

/** By which name the workloads of a namespace looked an address up last. */
export class PeerNames {
  readonly #names = new Map<string, Named>();

  learn({ name, addresses }: DnsAnswer, now: number): void {
    if (!HOST_NAME.test(name)) return;
    for (const address of addresses) {
      // Put last again: the first is the one that was told longest ago.
      this.#names.delete(address);
      this.#names.set(address, { name, until: now + KEPT_MS });
      const [oldest] = this.#names.keys();
      if (this.#names.size > MAX_ADDRESSES && oldest !== undefined) this.#names.delete(oldest);
    }
  }

  nameOf(address: string, now: number): string | undefined {
    const named = this.#names.get(address);
    return named === undefined || named.until <= now ? undefined : named.name;
  }
}
