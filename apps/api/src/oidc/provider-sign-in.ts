import type { Account, AccountStore, UsedStates } from '@bulkhead/control-plane';
import type { Clock } from '@bulkhead/core';
import { readTextFile } from '@bulkhead/runtime';
import { isSameText, newId, newSecret } from '../access/secret.ts';
import { ApiError } from '../error.ts';
import { type Identity, identityOf } from './identity.ts';
import type { OidcConfig } from './oidc-config.ts';
import { OpenIdProvider } from './provider.ts';
import { type Refusal, refusalOf, refused } from './refusal.ts';
import { type Transaction, TransactionSeal } from './transaction.ts';

/** Path of the api to which the provider sends browsers back. */
export const CALLBACK_PATH = '/api/v1/session/oidc/callback';
/** How long somebody may take to sign in at the provider. */
export const SIGN_IN_MS = 600_000;

/** Whom no group gives a role gets no account. */
const NO_ROLE = 'None of your groups at the provider has a role here';

export interface ProviderSignInOptions {
  readonly config: OidcConfig;
  readonly accounts: AccountStore;
  readonly usedStates: Pick<UsedStates, 'use'>;
  readonly clock: Clock;
  /** How long the provider may take for an answer. */
  readonly timeoutMs?: number;
}

export type ProviderSignInOutcome =
  | { readonly outcome: 'signed-in'; readonly account: Account; readonly returnTo: string | undefined }
  | { readonly outcome: 'not'; readonly refusal: Refusal; readonly name?: string };

/** Signs people in by an OpenID provider: the authorization code flow with PKCE (RFC 6749, RFC 7636, OpenID Connect Core 1.0). */
export class ProviderSignIn {
  readonly issuer: string;
  readonly #options: ProviderSignInOptions;
  readonly #provider: OpenIdProvider;

  private constructor(options: ProviderSignInOptions, ca: string | undefined) {
    this.#options = options;
    const { config, clock, timeoutMs } = options;
    this.issuer = config.issuer;
    this.#provider = new OpenIdProvider({
      config,
      redirectUri: new URL(CALLBACK_PATH, config.publicUrl).href,
      secret: () => secretOf(config),
      ca,
      clock,
      ...(timeoutMs !== undefined && { timeoutMs }),
    });
  }

  /** Reads the files that the configuration names. The provider is not asked: the api starts without it. */
  static async open(options: ProviderSignInOptions): Promise<ProviderSignIn> {
    const { caFile } = options.config;
    await secretOf(options.config);
    const ca = caFile === undefined ? undefined : (await readTextFile(caFile, 'oidc.caFile')).text;
    return new ProviderSignIn(options, ca);
  }

  /** Gives where the browser goes, and what it must bring back with the answer. */
  async begin(
    returnTo: string | undefined,
  ): Promise<{ readonly location: string; readonly sealed: string } | { readonly refusal: Refusal }> {
    const [state, nonce, verifier] = [newSecret(), newSecret(), newSecret()];
    const expiresAt = this.#options.clock.now() + SIGN_IN_MS;
    const transaction: Transaction = { state, nonce, verifier, returnTo, expiresAt };
    try {
      const seal = new TransactionSeal(await secretOf(this.#options.config));
      return { location: (await this.#provider.signInUrl(transaction)).href, sealed: seal.seal(transaction) };
    } catch (error) {
      return { refusal: refusalOf(error) };
    }
  }

  /** Judges what a browser brought back from the provider. */
  async finish(query: URLSearchParams, sealed: string | undefined): Promise<ProviderSignInOutcome> {
    const { clock, config, usedStates } = this.#options;
    const now = clock.now();
    const seal = new TransactionSeal(await secretOf(config));
    const transaction = sealed === undefined ? undefined : seal.open(sealed, now);
    if (transaction === undefined) {
      return not(refused('This sign-in was not begun in this browser within ten minutes; begin again'));
    }
    if (!isSameText(query.get('state') ?? '', transaction.state)) {
      return not(refused('The answer belongs to another sign-in (state); begin again'));
    }
    if (!(await usedStates.use(transaction.state, new Date(transaction.expiresAt).toISOString()))) {
      return not(refused('This answer was used already; begin again'));
    }
    try {
      const identity = identityOf(await this.#provider.redeem(query, transaction), config);
      return 'kind' in identity ? not(identity) : await this.#accountOf(identity, transaction.returnTo);
    } catch (error) {
      return not(refusalOf(error));
    }
  }

  /** Where a browser goes to end the session of an account at the provider too; nothing where there is no such place now. */
  async signOutLocation({ provider }: Pick<Account, 'provider'>): Promise<string | undefined> {
    if (provider?.issuer !== this.issuer) return undefined;
    const returnTo = new URL('/', this.#options.config.publicUrl).href;
    // Who signs out is signed out here, whether the provider answers or not.
    return (await this.#provider.signOutUrl(returnTo).catch(() => undefined))?.href;
  }

  async #accountOf(identity: Identity, returnTo: string | undefined): Promise<ProviderSignInOutcome> {
    const { accounts } = this.#options;
    const { subject, name, bindings } = identity;
    const there = await accounts.byProvider(this.issuer, subject);
    if (there === undefined && bindings.length === 0) return not(refused(NO_ROLE), name);
    const known = there ?? (await this.#create(identity));
    if (known === undefined) {
      return not(refused(`There is an account ${name} already that is not of this provider; have it renamed`), name);
    }
    if (known.disabled) return not(refused('The account is disabled'), known.name);
    // Also where nothing is left: who was put out of their groups loses what they had.
    const changed = await accounts.change(known.id, { bindings });
    if (changed === 'last-admin') {
      return not(
        refused('Nobody would be left who administers everything: make another administrator first'),
        known.name,
      );
    }
    if (bindings.length === 0) return not(refused(NO_ROLE), known.name);
    const account = await accounts.byId(known.id);
    if (account === undefined) return not(refused('The account was removed meanwhile'), known.name);
    return { outcome: 'signed-in', account, returnTo };
  }

  /** Nothing where somebody else has the name. */
  async #create({ subject, name, bindings }: Identity): Promise<Account | undefined> {
    const { accounts, clock } = this.#options;
    const createdAt = new Date(clock.now()).toISOString();
    const provider = { issuer: this.issuer, subject };
    await accounts.create({ id: newId(), name, bindings, createdAt, provider });
    // Of two that were at it at the same time, both find the one.
    return accounts.byProvider(this.issuer, subject);
  }
}

function not(refusal: Refusal, name?: string): ProviderSignInOutcome {
  return { outcome: 'not', refusal, ...(name !== undefined && { name }) };
}

async function secretOf({ clientSecretFile }: OidcConfig): Promise<string> {
  const secret = (await readTextFile(clientSecretFile, 'oidc.clientSecretFile')).text.replace(/\r?\n$/, '');
  if (secret !== '') return secret;
  throw new ApiError('INVALID_SECRET', {
    what: `cannot use ${JSON.stringify(clientSecretFile)} as the secret of the OpenID client`,
    why: 'it is empty',
    fix: 'write the secret there that the provider gave',
  });
}
