import { contains, readPrefix } from '../network/address.ts';
import { prefixText } from '../network/address-text.ts';
import type { LearntEnd } from './flow.ts';

/** Addresses that every network namespace may have for itself. */
const LOCAL = ['127.0.0.0/8', '::1', '169.254.0.0/16', 'fe80::/10'].flatMap((text) => readPrefix(text) ?? []);

/** What a machine can keep in mind, and more than a cluster gives out in a year. */
const MAX_CLAIMS = 1_000_000;

interface Span {
  /** ISO 8601, in UTC. */
  readonly first: string;
  readonly last: string;
}

interface Claim {
  readonly source: string;
  readonly end: LearntEnd;
  first: string;
  last: string;
}

/** Who had which address when. An address goes from one workload to another over time, and machines use the same ones. */
export class AddressClaims {
  readonly #claims = new Map<string, Map<string, Claim>>();

  readonly #most: number;
  #count = 0;

  constructor(most = MAX_CLAIMS) {
    this.#most = most;
  }

  /** Gives false where there are more than can be kept. */
  add(source: string, address: string, end: LearntEnd, { first, last }: Span): boolean {
    const text = normal(address);
    if (text === undefined) return true;
    const ofAddress = this.#claims.get(text) ?? new Map<string, Claim>();
    const key = JSON.stringify([source, end]);
    const known = ofAddress.get(key);
    if (known === undefined) {
      if (this.#count >= this.#most) return false;
      this.#count += 1;
      this.#claims.set(text, ofAddress);
      ofAddress.set(key, { source, end, first, last });
    } else {
      if (first < known.first) known.first = first;
      if (last > known.last) known.last = last;
    }
    return true;
  }

  /**
   * Who had an address at a time, or next to it, as its own source says rather than others. Nothing where nobody had it, or
   * where it cannot be told which of several that are in different groups.
   */
  ownerOf(source: string, address: string, span: Span): LearntEnd | undefined {
    const all = [...(this.#claims.get(normal(address) ?? '')?.values() ?? [])];
    const own = all.filter((claim) => claim.source === source);
    const claims = own.length > 0 ? own : all;
    const nearest = claims.reduce((least, claim) => Math.min(least, distance(claim, span)), Number.POSITIVE_INFINITY);
    const those = claims.filter((claim) => distance(claim, span) === nearest);
    const [first] = those;
    return those.every(({ end }) => groupsOf(end) === groupsOf(first?.end)) ? first?.end : undefined;
  }
}

/** As it is compared: an address may be written in several ways. Nothing for what is none, or none for others. */
function normal(address: string): string | undefined {
  const prefix = readPrefix(address);
  if (prefix === undefined || LOCAL.some((local) => contains(local, prefix))) return undefined;
  return prefixText(prefix);
}

/** Milliseconds between two spans; none where they touch. */
function distance(a: Span, b: Span): number {
  return Math.max(0, Date.parse(a.first) - Date.parse(b.last), Date.parse(b.first) - Date.parse(a.last));
}

function groupsOf(end: LearntEnd | undefined): string {
  return end?.kind === 'workload' ? end.groups.join(' ') : '';
}
