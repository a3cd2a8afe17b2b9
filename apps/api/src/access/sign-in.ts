import type { Account, AccountStore, LockoutPolicy, SignInAttempts } from '@bulkhead/control-plane';
import type { Clock } from '@bulkhead/core';
import { normalizeIP } from '@fastify/rate-limit';
import { verifyPassword } from './password.ts';
import { secretHash } from './secret.ts';

export type SignInOutcome =
  | { readonly outcome: 'signed-in'; readonly account: Account }
  /** Never says whether it was the name or the password. */
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'locked'; readonly until: string };

/** Answers of sign-ins with a password. Locks an account, and an address, after failures in a row. */
export class SignIn {
  readonly #accounts: AccountStore;
  readonly #attempts: SignInAttempts;
  readonly #clock: Clock;
  readonly #lockout: LockoutPolicy;

  constructor(accounts: AccountStore, attempts: SignInAttempts, clock: Clock, lockout: LockoutPolicy) {
    this.#accounts = accounts;
    this.#attempts = attempts;
    this.#clock = clock;
    this.#lockout = lockout;
  }

  async attempt(name: string, password: string, address: string): Promise<SignInOutcome> {
    const now = new Date(this.#clock.now()).toISOString();
    // Names that do not exist lock too: otherwise locking would tell which do. Hashed, since people type passwords there.
    const byName = `account:${secretHash(name)}`;
    // Who has one address of IPv6 has a whole network of them.
    const byAddress = `address:${normalizeIP(address)}`;
    const [nameLocked, addressLocked] = await Promise.all([
      this.#attempts.lockedUntil(byName, now),
      this.#attempts.lockedUntil(byAddress, now),
    ]);
    const until = nameLocked ?? addressLocked;
    if (until !== undefined) return { outcome: 'locked', until };
    const account = await this.#accounts.get(name);
    const hash = account === undefined ? undefined : await this.#accounts.passwordHash(account.id);
    const isRight = await verifyPassword(password, hash);
    if (isRight && account !== undefined && !account.disabled) {
      await this.#attempts.clear(byName);
      return { outcome: 'signed-in', account };
    }
    await this.#attempts.fail(byName, now, this.#lockout);
    // Many share an address behind a gateway, and one of them may be mistaken often.
    await this.#attempts.fail(byAddress, now, { ...this.#lockout, failures: this.#lockout.failures * 4 });
    return { outcome: 'refused' };
  }
}
