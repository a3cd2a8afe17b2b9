import type { Page, PageRequest } from '../page.ts';
import type { Binding } from './role.ts';

/** A key for programs. Only its hash is kept, so it is shown once. */
export interface ApiToken {
  readonly id: string;
  readonly name: string;
  readonly binding: Binding;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly lastUsedAt?: string;
  readonly revokedAt?: string;
}

export interface NewApiToken extends Omit<ApiToken, 'lastUsedAt' | 'revokedAt'> {
  readonly hash: string;
}

export interface ApiTokenStore {
  create(token: NewApiToken): Promise<void>;
  /** One that has neither expired nor been revoked. */
  find(hash: string, now: string): Promise<ApiToken | undefined>;
  touch(id: string, at: string): Promise<void>;
  list(page: PageRequest): Promise<Page<ApiToken>>;
  revoke(id: string, at: string): Promise<'revoked' | 'absent'>;
}

/** A word that lets agents enrol, so many times and until then. */
export interface EnrolmentToken {
  readonly id: string;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly usesLeft: number;
  readonly revokedAt?: string;
}

export interface EnrolmentTokenStore {
  create(token: Omit<EnrolmentToken, 'revokedAt'> & { readonly hash: string }): Promise<void>;
  /** Takes one use of it; nothing when it has none left, has expired or was revoked. */
  use(id: string, hash: string, now: string): Promise<EnrolmentToken | undefined>;
  list(page: PageRequest): Promise<Page<EnrolmentToken>>;
  revoke(id: string, at: string): Promise<'revoked' | 'absent'>;
}
