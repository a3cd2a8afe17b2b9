import { isIP } from 'node:net';
import { matchesDomain } from '@bulkhead/policy';
import type { DnsAnswer } from './dns-answer.ts';

/** Of one domain. The one that was told longest ago goes first: a name that answers with ever new ones costs no more. */
const MAX_ADDRESSES = 1_024;
/**
 * How long an address counts after the last answer that told it: much longer than answers live, for connections outlive
 * them.
 */
const KEPT_MS = 60 * 60 * 1_000;

/** The addresses of domains, as one namespace's workloads were told them. */
export class NameTable {
  readonly #addresses = new Map<string, Map<string, number>>();

  /** Takes in an answer, for the domains that the rules name. Whether any has addresses now that it did not have. */
  learn({ name, addresses }: DnsAnswer, domains: readonly string[], now: number): boolean {
    let isNew = false;
    for (const domain of domains) {
      if (!matchesDomain(domain, name)) continue;
      const known = this.#addresses.get(domain) ?? new Map<string, number>();
      this.#addresses.set(domain, known);
      for (const address of addresses) {
        isNew ||= !known.has(address);
        // Put last again: the first is the one that was told longest ago.
        known.delete(address);
        known.set(address, now + KEPT_MS);
        const [oldest] = known.keys();
        if (known.size > MAX_ADDRESSES && oldest !== undefined) known.delete(oldest);
      }
    }
    return isNew;
  }

  /** Everything that still counts, the one that was told longest ago first within its domain. */
  entries(now: number): readonly { readonly domain: string; readonly address: string; readonly until: number }[] {
    return [...this.#addresses].flatMap(([domain, known]) =>
      [...known].filter(([, until]) => until > now).map(([address, until]) => ({ domain, address, until })),
    );
  }

  /** A table as `entries` of another gave it: nothing counts longer, and no more, than if it had been told now. */
  static restore(domains: Readonly<Record<string, Readonly<Record<string, number>>>>, now: number): NameTable {
    const table = new NameTable();
    for (const [domain, addresses] of Object.entries(domains)) {
      const counting = Object.entries(addresses).filter(([address, until]) => isIP(address) !== 0 && until > now);
      const kept = counting.toSorted(([, a], [, b]) => a - b).slice(-MAX_ADDRESSES);
      table.#addresses.set(domain, new Map(kept.map(([address, until]) => [address, Math.min(until, now + KEPT_MS)])));
    }
    return table;
  }

  /** Those that still count. */
  addressesOf(domain: string, now: number): readonly string[] {
    const known = this.#addresses.get(domain);
    if (known === undefined) return [];
    for (const [address, until] of known) if (until <= now) known.delete(address);
    return [...known.keys()];
  }
}
