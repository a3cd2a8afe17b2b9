import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '@bulkhead/core';
import { type Enforcement, runElection, writeStatuses } from '@bulkhead/kube';
import type { Logger, Shutdown } from '@bulkhead/runtime';
import type { Store } from '@bulkhead/store';
import type { Hub } from '../agent/hub.ts';
import type { ApiConfig } from '../config.ts';
import { ClusterPolicy } from '../policy/cluster-policy.ts';
import type { PolicySupply } from '../policy/policy-in-force.ts';
import { applicationRules } from './application-rules.ts';
import { enforcementOf } from './enforcement.ts';
import { keepEnrolmentSecret } from './enrolment-secret.ts';
import { failingPlaces } from './failing-places.ts';
import type { Cluster } from './join.ts';
import { serviceRules } from './service-rules.ts';
import { noToken, type UnwrittenToken } from './unwritten-token.ts';
import { keepWebhookSecret } from './webhook-secret.ts';

/** How late a status may tell what became of a policy. Only those that change are written. */
const EVERY_MS = 2_000;
/** Who wrote a status or a Secret, as the API server notes it. */
const FIELD_MANAGER = 'bulkhead-api';

/** What is made here and has not reached the API server yet. */
interface Unwritten {
  readonly enrolment: UnwrittenToken;
  readonly webhook: UnwrittenToken;
}

export interface ClusterWork {
  readonly config: ApiConfig;
  readonly cluster: Cluster;
  readonly policy: PolicySupply;
  readonly hub: Hub | undefined;
  readonly store: Pick<Store, 'enrolmentTokens' | 'apiTokens' | 'audit' | 'quarantines' | 'workloads'>;
  readonly clock: Clock;
  /** Of the authority that enrolling agents recognise the api by. */
  readonly pin: string;
  /** The certificates of that authority. */
  readonly trustPem: () => string;
  readonly logger: Pick<Logger, 'warn'>;
}

/** Takes part in the election of the api that does what one has to do: the status of policies, and the Secret that agents enrol with. */
export function takePart(work: ClusterWork, shutdown: Shutdown): void {
  const { cluster, config, logger } = work;
  const onError = (error: unknown): void =>
    logger.warn({ err: error }, 'what the leader does has failed; it is tried again');
  const unwritten = { enrolment: noToken(), webhook: noToken() };
  const election = runElection(cluster.client, {
    lease: { name: config.kubernetes.lease, namespace: cluster.namespace },
    identity: `${hostname()}-${randomBytes(4).toString('hex')}`,
    signal: shutdown.signal,
    onError,
    lead: async (leading) => {
      while (!leading.aborted) {
        await once(work, unwritten, leading, onError).catch(onError);
        await sleep(EVERY_MS, undefined, { signal: leading }).catch(() => undefined);
      }
    },
  });
  // The lease is given back before connections are closed.
  shutdown.onClose('election', () => election);
}

async function once(
  work: ClusterWork,
  unwritten: Unwritten,
  signal: AbortSignal,
  onError: (error: unknown) => void,
): Promise<void> {
  const { cluster, config, policy, hub, clock } = work;
  const name = config.kubernetes.enrolmentSecret;
  if (name !== undefined && hub !== undefined) {
    await keepEnrolmentSecret(
      cluster.client,
      { name, namespace: cluster.namespace },
      { ...work, fieldManager: FIELD_MANAGER, unwritten: unwritten.enrolment },
    );
  }
  const { webhookSecret } = config.kubernetes;
  if (webhookSecret !== undefined) {
    await keepWebhookSecret(
      cluster.client,
      { name: webhookSecret, namespace: cluster.namespace },
      {
        store: work.store,
        clock,
        trustPem: work.trustPem(),
        fieldManager: FIELD_MANAGER,
        unwritten: unwritten.webhook,
      },
    );
  }
  if (!(policy instanceof ClusterPolicy)) return;
  const standing = await hub?.standing();
  const rules = hub === undefined ? undefined : await work.store.quarantines.standing();
  const { policy: inForce } = policy.current;
  const failing = standing === undefined ? [] : await failingPlaces(standing, inForce, work.store.workloads);
  const ofRuleSet = (ruleSet: string): Pick<Enforcement, 'applications' | 'services'> => {
    const set = inForce.network.find((one) => one.name === ruleSet);
    if (set === undefined) return {};
    const applications = applicationRules(set, inForce, failing);
    const about = serviceRules(set, standing?.services);
    return { ...(applications !== undefined && { applications }), ...(about !== undefined && { services: about }) };
  };
  const errors = await writeStatuses(cluster.client, {
    // Admission is the webhook's, and its status too.
    states: policy.states.filter(({ kind }) => kind !== 'AdmissionPolicy'),
    found: (file) => policy.statusOf(file),
    enforcement: (state) => enforcementOf(state, standing, rules, ofRuleSet),
    fieldManager: FIELD_MANAGER,
    now: clock.now(),
    signal,
  });
  for (const error of errors) onError(error);
}
