import type { Clock } from '@bulkhead/core';
import { type Authority, type IssuedWithKey, namesAndAddresses, renewalTime } from '@bulkhead/pki';

/** Renewed after two thirds; short enough that a key that leaked is soon of no use. */
const DAYS = 90;

/** An authority that renews itself when it is asked to, wherever it is kept. */
export interface OwnAuthority {
  /** The one that signs now. */
  readonly authority: Authority;
  /** True when what is trusted or who signs has changed. */
  refresh(): Promise<boolean>;
}

/** A certificate of our own authority, made at the start and renewed in time. Its key is never written down. */
export class OwnIdentity {
  readonly #authority: OwnAuthority;
  readonly #names: readonly string[];
  readonly #clock: Clock;
  #issued: IssuedWithKey;

  private constructor(authority: OwnAuthority, names: readonly string[], clock: Clock, issued: IssuedWithKey) {
    this.#authority = authority;
    this.#names = names;
    this.#clock = clock;
    this.#issued = issued;
  }

  static async make(authority: OwnAuthority, names: readonly string[], clock: Clock): Promise<OwnIdentity> {
    return new OwnIdentity(authority, names, clock, await issue(authority, names));
  }

  get current(): IssuedWithKey {
    return this.#issued;
  }

  /** Does what is due, for the authority and for this certificate. True when the certificate is another one. */
  async refresh(): Promise<boolean> {
    const trusts = await this.#authority.refresh();
    if (!trusts && this.#clock.now() < renewalTime(this.#issued)) return false;
    this.#issued = await issue(this.#authority, this.#names);
    return true;
  }
}

function issue({ authority }: OwnAuthority, names: readonly string[]): Promise<IssuedWithKey> {
  return authority.issue({ commonName: 'bulkhead-api', ...namesAndAddresses(names) }, ['server'], DAYS);
}
