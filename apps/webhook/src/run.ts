import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@bulkhead/core';
import { createMetrics, runService, type ServiceProcess, serveHealth } from '@bulkhead/runtime';
import manifest from '../package.json' with { type: 'json' };
import { type CertificateSource, certificateFromFiles } from './certificate/from-files.ts';
import { certificateFromSecret } from './certificate/from-secret.ts';
import { type Cluster, joinCluster, takePart } from './cluster/join.ts';
import type { WebhookConfig } from './config.ts';
import { WebhookError } from './error.ts';
import type { WebhookEvent } from './event.ts';
import { startImages } from './images/images.ts';
import { createWebhookMetrics, type WebhookMetrics } from './metrics.ts';
import { policiesFromCluster } from './policies/from-cluster.ts';
import { policiesFromFiles } from './policies/from-files.ts';
import { namesOf } from './policies/policies.ts';
import { createReviewHandler } from './review/handler.ts';
import { startReviewServer } from './server.ts';

/** Runs the webhook until it is told to end. Resolves with the exit code; throws when it cannot start. */
export function runWebhook(config: WebhookConfig): Promise<number> {
  return runService<WebhookEvent>({
    name: 'webhook',
    logLevel: config.logLevel,
    graceMs: config.drainSeconds * 1000,
    stopped: (problems) => ({ event: 'webhook-stopped', problems }),
    start: (service) => start(config, service),
  });
}

async function start(config: WebhookConfig, service: ServiceProcess<WebhookEvent>): Promise<void> {
  const { logger, emit, shutdown } = service;
  const registry = createMetrics();
  const metrics = createWebhookMetrics(registry);
  const everyMs = config.followSeconds * 1000;
  const cluster = await joinCluster(config);
  if (cluster !== undefined) shutdown.onClose('cluster', () => cluster.client.close());

  const inCluster =
    cluster !== undefined && config.kubernetes.policies
      ? policiesFromCluster(cluster.client, metrics, service)
      : undefined;
  const policies = inCluster ?? (await policiesFromFiles(config.policy, everyMs, metrics, service));
  const images = startImages(config.images, metrics, service);
  let shown = false;
  const notReady = (): string | undefined => {
    if (shutdown.signal.aborted) return 'it is shutting down';
    return shown ? (policies.unknown ?? images.notReady) : 'it has no certificate yet';
  };
  const address = await serveHealth(config.metrics, registry, shutdown, notReady);
  if (cluster !== undefined) takePart(cluster, config, inCluster, service);

  const certificate = await certificateOf(config, cluster, metrics, service);
  const server = await startReviewServer({
    ...config,
    certificate: certificate.first,
    handle: createReviewHandler(() => policies.current, {
      clock: systemClock,
      metrics,
      emit,
      images: images.knowledge,
      wish: images.wish,
    }),
    metrics,
    onInternal: (error) => logger.error({ err: error }, 'a review failed'),
    notReady,
    // Without policies everything would be let in: the failure policy decides instead.
    unable: () => policies.unknown,
  });
  shown = true;
  shutdown.onClose('reviews', () => server.close());
  // Until everybody knows that this one ends, requests still come here.
  shutdown.onClose('drain', () => sleep(config.drainSeconds * 1000));
  certificate.follow((changed) => server.use(changed));

  emit({
    event: 'webhook-started',
    version: manifest.version,
    pid: process.pid,
    port: server.port,
    policies: namesOf(policies.current),
    ...address,
  });
}

function certificateOf(
  { tls, kubernetes, followSeconds }: WebhookConfig,
  cluster: Cluster | undefined,
  metrics: WebhookMetrics,
  service: ServiceProcess<WebhookEvent>,
): Promise<CertificateSource> {
  if (tls !== undefined) return certificateFromFiles(tls, followSeconds * 1000, metrics, service);
  const { certificate } = kubernetes;
  if (cluster === undefined || certificate === undefined) {
    throw new WebhookError('INVALID_CERTIFICATE', {
      what: 'there is no certificate',
      fix: 'give tls or kubernetes.certificate',
    });
  }
  return certificateFromSecret(
    cluster.client,
    { namespace: cluster.namespace, name: certificate.secret },
    metrics,
    service,
  );
}
