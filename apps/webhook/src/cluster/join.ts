import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { connect, KubeClient, runElection } from '@bulkhead/kube';
import type { ServiceProcess } from '@bulkhead/runtime';
import { keepCertificate } from '../certificate/keep-certificate.ts';
import type { WebhookConfig } from '../config.ts';
import type { WebhookEvent } from '../event.ts';
import type { ClusterPolicies } from '../policies/from-cluster.ts';
import { reportStatuses } from '../policies/report-statuses.ts';

/** A cluster that the webhook is part of. */
export interface Cluster {
  readonly client: KubeClient;
  readonly namespace: string;
}

/** Connects to the cluster, where the configuration needs one. */
export async function joinCluster({ kubernetes }: WebhookConfig): Promise<Cluster | undefined> {
  const { policies, certificate, kubeconfig, namespace } = kubernetes;
  if (!policies && certificate === undefined) return undefined;
  const client = new KubeClient(await connect(kubeconfig === undefined ? {} : { file: kubeconfig }));
  return { client, namespace: namespace ?? client.connection.namespace };
}

/** Takes part in the election of the webhook that does what one has to do: the certificate, and the status of policies. */
export function takePart(
  { client, namespace }: Cluster,
  { kubernetes, followSeconds }: WebhookConfig,
  policies: ClusterPolicies | undefined,
  { emit, logger, shutdown }: ServiceProcess<WebhookEvent>,
): void {
  const identity = `${hostname()}-${randomBytes(4).toString('hex')}`;
  const onError = (error: unknown): void =>
    logger.warn({ err: error }, 'what the leader does has failed; it is tried again');
  const { certificate, lease } = kubernetes;
  const election = runElection(client, {
    lease: { name: lease, namespace },
    identity,
    signal: shutdown.signal,
    onError,
    lead: async (leading) => {
      emit({ event: 'leadership', leads: true });
      await Promise.all([
        ...(policies === undefined ? [] : [reportStatuses(client, policies, onError, leading)]),
        ...(certificate === undefined
          ? []
          : [
              keepCertificate(
                client,
                {
                  ...certificate,
                  namespace,
                  overlapMs: certificate.overlapSeconds * 1000,
                  everyMs: Math.min(followSeconds * 1000, MAX_EVERY_MS),
                  onStep: (step) => emit({ event: 'certificate-rotation', ...step }),
                  onError,
                },
                leading,
              ),
            ]),
      ]);
      emit({ event: 'leadership', leads: false });
    },
  });
  // The lease is given back before connections are closed.
  shutdown.onClose('election', () => election);
}

/** A Secret that somebody removed is made again within this. */
const MAX_EVERY_MS = 60_000;
