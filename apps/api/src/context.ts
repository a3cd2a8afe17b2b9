import type { Clock } from '@bulkhead/core';
import type { Store } from '@bulkhead/store';
import type { Authenticator } from './access/authenticate.ts';
import type { SignIn } from './access/sign-in.ts';
import type { AgentCommands } from './agent/agent-commands.ts';
import type { OpenSink } from './alert/open-sinks.ts';
import type { ProviderSignIn } from './oidc/provider-sign-in.ts';
import type { PolicySupply } from './policy/policy-in-force.ts';

/** What routes work with. */
export interface ApiContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly authenticator: Authenticator;
  readonly signIn: SignIn;
  /** Signs people in who are known elsewhere; nothing where no provider is configured. */
  readonly provider: ProviderSignIn | undefined;
  readonly policy: PolicySupply;
  readonly agents: AgentCommands;
  /** Who is told of alerts, by name. */
  readonly alertSinks: ReadonlyMap<string, OpenSink>;
  /** SHA-256 of the key of the authority that agents know the api by, in base64url; nothing where agents are not served. */
  readonly authorityPin: () => string | undefined;
  /** How long a session lasts, in milliseconds. */
  readonly sessionMs: number;
}
