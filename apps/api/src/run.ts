import { join } from 'node:path';
import { systemClock } from '@bulkhead/core';
import { agentUri, serveAgents } from '@bulkhead/rpc';
import {
  createMetrics,
  type Logger,
  runService,
  type ServiceProcess,
  type Shutdown,
  serveHealth,
} from '@bulkhead/runtime';
import { awaitStore, type Store } from '@bulkhead/store';
import manifest from '../package.json' with { type: 'json' };
import { Authenticator } from './access/authenticate.ts';
import { createFirstAdmin } from './access/first-admin.ts';
import { SignIn } from './access/sign-in.ts';
import { noAgents } from './agent/agent-commands.ts';
import { writeEnrolmentFile } from './agent/enrolment-file.ts';
import { Hub, type HubOptions } from './agent/hub.ts';
import { openSinks } from './alert/open-sinks.ts';
import { keepAlerts, startAlerting } from './alert/start-alerting.ts';
import { ClusterOwners } from './cluster/cluster-owners.ts';
import { ClusterServices } from './cluster/cluster-services.ts';
import { type Cluster, joinCluster } from './cluster/join.ts';
import { openAuthority } from './cluster/open-authority.ts';
import { takePart } from './cluster/take-part.ts';
import type { ApiConfig } from './config.ts';
import { ApiError } from './error.ts';
import type { ApiEvent } from './event.ts';
import { every } from './every.ts';
import { createHttpServer } from './http/server.ts';
import { type ApiMetrics, createApiMetrics } from './metrics.ts';
import { expireScans, followScans } from './node-scan/follow-scans.ts';
import { ProviderSignIn } from './oidc/provider-sign-in.ts';
import { ClusterPolicy } from './policy/cluster-policy.ts';
import { FilePolicy } from './policy/file-policy.ts';
import { keepSignatureTrust } from './policy/keep-signature-trust.ts';
import type { PolicySupply } from './policy/policy-in-force.ts';
import { StorePolicy } from './policy/store-policy.ts';
import { WorkloadFollower } from './replica/follow-workloads.ts';
import { joinReplicas } from './replica/join-replicas.ts';
import type { Relay } from './replica/relay.ts';
import { startReplicas } from './replica/start-replicas.ts';
import { forget } from './retention.ts';
import { addRoutes } from './route/routes.ts';
import { readCertificateFiles } from './tls/certificate-files.ts';
import { type OwnAuthority, OwnIdentity } from './tls/own-identity.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** What requests in work get to finish. */
const GRACE_MS = 10_000;
/** Agents renew their certificates in two thirds of this. */
const AGENT_DAYS = 30;
/** Failed sign-ins are of no interest to a lock a day later. */
const ATTEMPTS_KEPT_MS = 24 * 60 * MINUTE_MS;

/** Runs the api until it is told to end. Resolves with the exit code; throws when it cannot start. */
export function runApi(config: ApiConfig): Promise<number> {
  return runService<ApiEvent>({
    name: 'api',
    logLevel: config.logLevel,
    graceMs: GRACE_MS,
    stopped: (problems) => ({ event: 'api-stopped', problems }),
    start: (service) => start(config, service),
  });
}

async function start(config: ApiConfig, { logger, emit, shutdown }: ServiceProcess<ApiEvent>): Promise<void> {
  const registry = createMetrics();
  const metrics = createApiMetrics(registry);
  const clock = systemClock;
  let notReady: string | undefined = 'the store does not answer yet';

  // Before the store: a process that waits for its database lives, and is not ready.
  const health = await serveHealth(config.metrics, registry, shutdown, () => notReady);
  const store = await awaitStore(config.store, {
    signal: shutdown.signal,
    onWait: ({ message }) => logger.warn({ problem: message }, 'the store does not answer yet; it is tried again'),
  });
  shutdown.onClose('store', () => store.close());
  notReady = 'it is starting';
  const { presence, relay } = await joinReplicas(store, logger, shutdown);
  const cluster = await joinCluster(config, shutdown);
  const ca = await openAuthority(config, cluster);
  const identity = await OwnIdentity.make(ca, config.names, clock);
  const policy = await openPolicy(config, store, cluster, logger, shutdown);
  metrics.setPolicy(policy.current.documents.length, true);
  policy.onChange(({ version, documents }) => {
    metrics.setPolicy(documents.length, true);
    emit({ event: 'policy-changed', version, documents: documents.length });
  });
  const trust = keepSignatureTrust(policy, store.signatureTrust, {
    signal: shutdown.signal,
    onError: (error) => logger.error({ err: error }, 'workers cannot be told what policies hold signatures against'),
  });
  shutdown.onClose('signature trust', trust.done);

  // Before the workloads are read: what others add from now on is seen.
  const follower = await WorkloadFollower.open(store.workloads);
  const replica = { replica: presence.id, relay };
  const knowledge = await openKnowledge(config, cluster, logger, shutdown);
  const agents = await startAgents({
    config,
    store,
    policy,
    knowledge,
    ca,
    identity,
    logger,
    metrics,
    shutdown,
    ...replica,
  });
  const times = { idleMs: config.session.idleMinutes * MINUTE_MS, maxMs: config.session.hours * 60 * MINUTE_MS };
  const authenticator = new Authenticator(store, clock, times);
  const provider =
    config.oidc === undefined
      ? undefined
      : await ProviderSignIn.open({
          config: config.oidc,
          accounts: store.accounts,
          usedStates: store.usedStates,
          clock,
        });
  const lockout = { failures: config.lockout.failures, lockMs: config.lockout.minutes * MINUTE_MS };
  const tls = async (): Promise<{ readonly cert: string; readonly key: string }> =>
    config.tls === undefined
      ? { cert: identity.current.chainPem, key: identity.current.keyPem }
      : readCertificateFiles(config.tls);
  const app = await createHttpServer({
    tls: await tls(),
    trustedProxies: config.trustedProxies,
    authenticator,
    audit: store.audit,
    clock,
    logger,
    onAnswer: metrics.countAnswer,
  });
  const alerting = {
    outbox: store.alerts,
    sinks: openSinks(config.alerts.sinks),
    clock,
    metrics: metrics.alerts,
    logger,
    repeatMs: config.alerts.repeatMinutes * MINUTE_MS,
  };
  addRoutes(app, {
    store,
    clock,
    authenticator,
    signIn: new SignIn(store.accounts, store.signIns, clock, lockout),
    provider,
    policy,
    agents: agents?.hub ?? noAgents,
    alertSinks: alerting.sinks,
    authorityPin: () => (agents === undefined ? undefined : ca.authority.pin),
    sessionMs: times.maxMs,
  });
  const admin = await createFirstAdmin(store.accounts, config.admin, clock);
  if (admin !== undefined) emit({ event: 'admin-created', ...admin });
  await app.listen({ host: config.host, port: config.port });
  shutdown.onClose('http', () => app.close());

  startAlerting(alerting, shutdown);
  if (agents !== undefined) {
    followScans({ nodeScans: store.nodeScans, agents: agents.hub, presence, clock, logger }, shutdown);
  }
  every(MINUTE_MS, shutdown, logger, {
    'the certificate is not renewed': async () => {
      if (!(await identity.refresh())) return;
      const { chainPem, keyPem } = identity.current;
      agents?.server.setIdentity({ chainPem, keyPem });
    },
    'the certificate is not read again': async () => app.server.setSecureContext(await tls()),
    'sessions and sign-ins that are over are not forgotten': async () => {
      await authenticator.prune();
      await store.signIns.prune(new Date(clock.now() - ATTEMPTS_KEPT_MS).toISOString());
      await store.usedStates.prune(new Date(clock.now()).toISOString());
    },
    'requests of other replicas are not forgotten': () => relay.prune(),
    'alerts are not counted': () =>
      keepAlerts(alerting, new Date(clock.now() - config.retention.days * DAY_MS).toISOString()),
    'agents are not counted': async () => metrics.setAgents(agents?.server.connected ?? 0),
    'services that are left out are not counted': async () => metrics.setLeftOut(agents?.hub.leftOut ?? new Map()),
    'quarantine is not tried again': async () => {
      // Not waited for: an agent that hangs would keep everything else from being done.
      void agents?.hub.retryQuarantines();
    },
    'scans of silent agents are not given up': async () => {
      if (presence.isFirst) await expireScans(store.nodeScans, clock);
    },
    'what is old is not forgotten': async () => {
      // One is enough: two would wait for each other's rows.
      if (!presence.isFirst) return;
      await forget(store, config.retention, clock, { signal: shutdown.signal, onForgotten: metrics.countPruned });
    },
  });
  if (agents !== undefined && config.agents.tokenFile !== undefined) {
    await writeEnrolmentFile(config.agents.tokenFile, { store, clock, pin: ca.authority.pin });
  }
  if (cluster !== undefined) {
    const work = {
      config,
      cluster,
      policy,
      hub: agents?.hub,
      store,
      clock,
      pin: ca.authority.pin,
      trustPem: () => ca.authority.trustPem,
      logger,
    };
    takePart(work, shutdown);
  }
  if (store.dialect !== 'sqlite') {
    startReplicas({ presence, relay, follower, hub: agents?.hub, logger }, shutdown);
  }
  const { port } = app.server.address() as { readonly port: number };
  notReady = undefined;
  emit({
    event: 'api-started',
    version: manifest.version,
    pid: process.pid,
    url: `https://${config.names[0] ?? 'localhost'}:${port}`,
    ...(agents !== undefined && { agents: `${config.names[0] ?? 'localhost'}:${agents.server.port}` }),
    ...(config.tls === undefined && { authority: join(config.authority.folder, 'ca.crt') }),
    ...health,
  });
}

async function openPolicy(
  { policy: { source, files } }: ApiConfig,
  store: Store,
  cluster: Cluster | undefined,
  logger: Logger,
  shutdown: Shutdown,
): Promise<PolicySupply> {
  const onError = (error: unknown): void => logger.error({ err: error }, 'the policy cannot be followed now');
  const policy = await open();
  shutdown.onClose('policy', () => policy.close());
  return policy;

  async function open(): Promise<PolicySupply> {
    if (source === 'store') return StorePolicy.open(store.policies, systemClock, onError);
    if (source === 'files' && files.length > 0) return FilePolicy.open(files, onError);
    if (cluster !== undefined && source === 'cluster') {
      return ClusterPolicy.open(cluster.client, { logger, signal: shutdown.signal });
    }
    throw new ApiError('POLICY_UNAVAILABLE', {
      what: 'the api cannot start',
      why: 'policy.files names nothing',
      fix: 'name files or folders of policy documents, or set policy.source to store or cluster',
    });
  }
}

/** What agents do not know of the cluster. */
async function openKnowledge(
  { agents }: ApiConfig,
  cluster: Cluster | undefined,
  logger: Logger,
  shutdown: Shutdown,
): Promise<Pick<HubOptions, 'services' | 'owners'>> {
  if (cluster === undefined || !agents.enabled) return {};
  const options = { logger, signal: shutdown.signal };
  const services = new ClusterServices(cluster.client, options);
  const owners = await ClusterOwners.open(cluster.client, options);
  shutdown.onClose('services', () => services.done);
  shutdown.onClose('owners', () => owners.done);
  return { services, owners };
}

async function startAgents({
  config,
  store,
  policy,
  knowledge,
  ca,
  identity,
  logger,
  metrics,
  shutdown,
  replica,
  relay,
}: {
  readonly config: ApiConfig;
  readonly store: Store;
  readonly policy: PolicySupply;
  readonly knowledge: Pick<HubOptions, 'services' | 'owners'>;
  readonly ca: OwnAuthority;
  readonly replica: string;
  readonly relay: Relay;
  readonly identity: OwnIdentity;
  readonly logger: Logger;
  readonly metrics: ApiMetrics;
  readonly shutdown: Shutdown;
}) {
  const { enabled, host, port } = config.agents;
  if (!enabled) return undefined;
  const clock = systemClock;
  const { countEvents: onEvents, countFlows: onFlows, countPrograms: onPrograms, countFiles: onFiles } = metrics;
  const hub = await Hub.open({
    store,
    policy,
    ...knowledge,
    clock,
    replica,
    relay,
    logger,
    onEvents,
    onFlows,
    onPrograms,
    onFiles,
  });
  const issuer = {
    trustPem: () => ca.authority.trustPem,
    sign: (id: string, request: string) =>
      ca.authority.sign(request, { commonName: id, uris: [agentUri(id)] }, ['client'], AGENT_DAYS),
  };
  const { chainPem, keyPem } = identity.current;
  const server = await serveAgents({ host, port, identity: { chainPem, keyPem }, issuer, hub, logger });
  shutdown.onClose('agents', () => server.close());
  return { hub, server };
}
