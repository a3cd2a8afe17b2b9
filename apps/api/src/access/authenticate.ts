import type { Account, AccountStore, ApiTokenStore, SessionStore } from '@bulkhead/control-plane';
import type { Clock } from '@bulkhead/core';
import type { Principal } from './principal.ts';
import { newSecret, secretHash } from './secret.ts';

/** So that people and secret scanners know one when they see it; the number is the format's. */
export const TOKEN_PREFIX = 'bha1_';
/** Ours are shorter; what is longer is not looked up. */
const MAX_SECRET = 128;
/** How old the note of a last use may be: not every request writes. */
const TOUCH_MS = 60_000;

export interface SessionTimes {
  readonly idleMs: number;
  readonly maxMs: number;
}

/** What tells who somebody is. */
export interface AccessStores {
  readonly accounts: AccountStore;
  readonly sessions: SessionStore;
  readonly apiTokens: ApiTokenStore;
}

/** Finds out who makes a request, by what the store knows. */
export class Authenticator {
  readonly #store: AccessStores;
  readonly #clock: Clock;
  readonly #times: SessionTimes;
  readonly #touched = new Map<string, number>();

  constructor(store: AccessStores, clock: Clock, times: SessionTimes) {
    this.#store = store;
    this.#clock = clock;
    this.#times = times;
  }

  /** Opens a session and gives the secret of its cookie. */
  async openSession(account: Account): Promise<string> {
    const secret = newSecret();
    const now = this.#clock.now();
    await this.#store.sessions.open({
      hash: secretHash(secret),
      accountId: account.id,
      openedAt: iso(now),
      usedAt: iso(now),
      expiresAt: iso(now + this.#times.maxMs),
    });
    await this.#store.accounts.noteSignIn(account.id, iso(now));
    return secret;
  }

  async closeSession(secret: string): Promise<void> {
    await this.#store.sessions.close(secretHash(secret));
  }

  /** Who the cookie of a session belongs to. */
  async bySession(secret: string): Promise<Principal | undefined> {
    if (secret.length > MAX_SECRET) return undefined;
    const hash = secretHash(secret);
    const now = this.#clock.now();
    const session = await this.#store.sessions.find(hash, iso(now), iso(now - this.#times.idleMs));
    if (session === undefined) return undefined;
    const account = await this.#store.accounts.byId(session.accountId);
    if (account === undefined || account.disabled) return undefined;
    if (this.#isDue(hash)) await this.#store.sessions.touch(hash, iso(now));
    return { kind: 'account', id: account.id, name: account.name, bindings: account.bindings, session: secret };
  }

  /** Who the token of an `Authorization` header belongs to. */
  async byToken(token: string): Promise<Principal | undefined> {
    if (!token.startsWith(TOKEN_PREFIX) || token.length > MAX_SECRET) return undefined;
    const now = iso(this.#clock.now());
    const found = await this.#store.apiTokens.find(secretHash(token), now);
    if (found === undefined) return undefined;
    if (this.#isDue(found.id)) await this.#store.apiTokens.touch(found.id, now);
    return { kind: 'token', id: found.id, name: found.name, bindings: [found.binding] };
  }

  /** Forgets sessions that ended. */
  async prune(): Promise<void> {
    const now = this.#clock.now();
    this.#touched.clear();
    await this.#store.sessions.prune(iso(now), iso(now - this.#times.idleMs));
  }

  #isDue(key: string): boolean {
    const now = this.#clock.now();
    if (now - (this.#touched.get(key) ?? 0) < TOUCH_MS) return false;
    this.#touched.set(key, now);
    return true;
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
