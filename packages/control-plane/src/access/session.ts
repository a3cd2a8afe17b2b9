/** A person who signed in with a browser. Found by the hash of its cookie; the cookie itself is not kept. */
export interface Session {
  readonly hash: string;
  readonly accountId: string;
  readonly openedAt: string;
  readonly usedAt: string;
  readonly expiresAt: string;
}

export interface SessionStore {
  open(session: Session): Promise<void>;
  /** A session that has neither expired nor been idle since before `idleSince`. */
  find(hash: string, now: string, idleSince: string): Promise<Session | undefined>;
  touch(hash: string, at: string): Promise<void>;
  close(hash: string): Promise<void>;
  /** Forgets those that ended; gives how many. */
  prune(now: string, idleSince: string): Promise<number>;
}

/** States of sign-ins at a provider, each of which may be used once, kept where all processes of the api see them. */
export interface UsedStates {
  /** Whether it was not used before. It is remembered until it has expired, since nobody takes it after that. */
  use(state: string, expiresAt: string): Promise<boolean>;
  /** Forgets those that have expired; gives how many. */
  prune(now: string): Promise<number>;
}

/** How many wrong passwords lock, and for how long. */
export interface LockoutPolicy {
  readonly failures: number;
  readonly lockMs: number;
}

/** Failed sign-ins by account and by address, kept where all processes of the api see them. */
export interface SignInAttempts {
  /** Until when a key is locked; nothing when it is not. */
  lockedUntil(key: string, now: string): Promise<string | undefined>;
  /** Notes a failure; gives until when the key is locked by it. */
  fail(key: string, now: string, policy: LockoutPolicy): Promise<string | undefined>;
  clear(key: string): Promise<void>;
  /** Forgets failures from before; gives how many. */
  prune(before: string): Promise<number>;
}
