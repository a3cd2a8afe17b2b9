import type { Page, PageRequest } from '../page.ts';
import type { Binding } from './role.ts';

/** Somebody who signs in: with a password kept here, or at an OpenID provider. */
export interface Account {
  readonly id: string;
  /** What they sign in with; unique. */
  readonly name: string;
  readonly bindings: readonly Binding[];
  readonly disabled: boolean;
  readonly createdAt: string;
  readonly lastSignIn?: string;
  /** Who vouches for them, where that is a provider. */
  readonly provider?: { readonly issuer: string; readonly subject: string };
}

export interface NewAccount {
  readonly id: string;
  readonly name: string;
  readonly bindings: readonly Binding[];
  readonly createdAt: string;
  /** As `argon2id` in PHC form. */
  readonly passwordHash?: string | undefined;
  readonly provider?: { readonly issuer: string; readonly subject: string } | undefined;
}

export interface AccountChange {
  readonly bindings?: readonly Binding[] | undefined;
  readonly disabled?: boolean | undefined;
  readonly passwordHash?: string | undefined;
}

/** Accounts, sorted by name. */
export interface AccountStore {
  create(account: NewAccount): Promise<'created' | 'exists'>;
  /** Creates the first account; nothing where there is one. Of several that try at once one does. */
  createFirst(account: NewAccount): Promise<'created' | 'exists'>;
  get(name: string): Promise<Account | undefined>;
  byId(id: string): Promise<Account | undefined>;
  byProvider(issuer: string, subject: string): Promise<Account | undefined>;
  /** The hash of somebody's password; nothing for who has none here. */
  passwordHash(id: string): Promise<string | undefined>;
  list(page: PageRequest): Promise<Page<Account>>;
  /** Refuses to leave nobody who administers everything. Ends the sessions of who is disabled or has a new password. */
  change(id: string, change: AccountChange): Promise<'changed' | 'absent' | 'last-admin'>;
  /** Their sessions and tokens go with them. */
  remove(id: string): Promise<'removed' | 'absent' | 'last-admin'>;
  noteSignIn(id: string, at: string): Promise<void>;
}
