import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AlertSinkConfig } from '@bulkhead/alert-sinks';
import type { Binding, Role } from '@bulkhead/control-plane';
import { createAuthority } from '@bulkhead/pki';
import { createLogger } from '@bulkhead/runtime';
import { openStore, type Store } from '@bulkhead/store';
import { Authenticator, TOKEN_PREFIX } from '../access/authenticate.ts';
import { hashPassword } from '../access/password.ts';
import { newId, newSecret, secretHash } from '../access/secret.ts';
import { SignIn } from '../access/sign-in.ts';
import { Hub } from '../agent/hub.ts';
import { openSinks } from '../alert/open-sinks.ts';
import type { OwnerSupply } from '../cluster/cluster-owners.ts';
import type { ServiceSupply } from '../cluster/cluster-services.ts';
import { type Api, createHttpServer } from '../http/server.ts';
import type { ProviderSignIn } from '../oidc/provider-sign-in.ts';
import { StorePolicy } from '../policy/store-policy.ts';
import { Presence } from '../replica/presence.ts';
import { Relay } from '../replica/relay.ts';
import { addRoutes } from '../route/routes.ts';

const MINUTE_MS = 60_000;
export const PASSWORD = 'correct horse battery';

export interface StandOptions {
  /** Who is told of alerts; nobody if not given. */
  readonly sinks?: readonly AlertSinkConfig[];
  /** Where people sign in beside passwords. */
  readonly oidc?: (store: Store, clock: TestClock) => Promise<ProviderSignIn>;
  readonly clock?: TestClock;
  /** What is known of the owners of pods; nothing if not given. */
  readonly owners?: OwnerSupply;
  /** Likewise of services. */
  readonly services?: ServiceSupply;
}

/** A clock that tests set. */
export interface TestClock {
  at: number;
  now(): number;
}

function testClock(): TestClock {
  const clock = { at: Date.parse('2026-11-26T12:00:00.000Z'), now: () => clock.at };
  return clock;
}

/** An api over a store of its own, with everything but the sockets. */
export interface Stand {
  readonly app: Api;
  readonly store: Store;
  readonly hub: Hub;
  readonly policy: StorePolicy;
  readonly clock: TestClock;
  /** Gives the headers of a program with a role. */
  token(role: Role, namespace?: string): Promise<{ readonly authorization: string }>;
  /** Adds somebody who signs in with `PASSWORD`. */
  account(name: string, bindings: readonly Binding[]): Promise<void>;
  close(): Promise<void>;
}

export async function startStand({
  oidc,
  clock = testClock(),
  sinks = [],
  owners,
  services,
}: StandOptions = {}): Promise<Stand> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-api-'));
  const store = await openStore({ file: join(folder, 'store.db') });
  const logger = createLogger('api', 'error');
  const onError = (error: unknown): never => {
    throw error;
  };
  const policy = await StorePolicy.open(store.policies, clock, onError);
  const presence = await Presence.join({ replicas: store.replicas, clock, steady: () => clock.now(), isAlone: true });
  const { agentRequests: requests, agents, workloads } = store;
  const relay = new Relay({
    requests,
    agents,
    workloads,
    replica: presence.id,
    clock,
    logger,
    signal: new AbortController().signal,
  });
  const onNothing = (): void => undefined;
  const told = { onEvents: onNothing, onFlows: onNothing, onPrograms: onNothing, onFiles: onNothing };
  const hub = await Hub.open({ store, policy, owners, services, clock, replica: presence.id, relay, logger, ...told });
  const authenticator = new Authenticator(store, clock, { idleMs: 60 * MINUTE_MS, maxMs: 720 * MINUTE_MS });
  const { certificatePem, keyPem } = await createAuthority('Test');
  const app = await createHttpServer({
    tls: { cert: certificatePem, key: keyPem },
    trustedProxies: [],
    authenticator,
    audit: store.audit,
    clock,
    logger,
    onAnswer: () => undefined,
  });
  addRoutes(app, {
    store,
    clock,
    authenticator,
    provider: await oidc?.(store, clock),
    signIn: new SignIn(store.accounts, store.signIns, clock, { failures: 3, lockMs: MINUTE_MS }),
    policy,
    agents: hub,
    alertSinks: openSinks(sinks),
    authorityPin: () => 'p'.repeat(43),
    sessionMs: 720 * MINUTE_MS,
  });
  await app.ready();
  return {
    app,
    store,
    hub,
    policy,
    clock,
    token: async (role, namespace) => {
      const token = TOKEN_PREFIX + newSecret();
      const at = new Date(clock.at).toISOString();
      const expiresAt = new Date(clock.at + 24 * 60 * MINUTE_MS).toISOString();
      const details = { id: newId(), name: role, binding: { role, namespace }, createdBy: 'test', createdAt: at };
      await store.apiTokens.create({ ...details, expiresAt, hash: secretHash(token) });
      return { authorization: `Bearer ${token}` };
    },
    account: async (name, bindings) => {
      const passwordHash = await hashPassword(PASSWORD);
      const createdAt = new Date(clock.at).toISOString();
      await store.accounts.create({ id: newId(), name, bindings, createdAt, passwordHash });
    },
    close: async () => {
      await app.close();
      await policy.close();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
