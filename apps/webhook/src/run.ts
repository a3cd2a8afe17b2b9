import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@bulkhead/core';
import { type AdmissionPolicy, formatProblem, PolicyError, requireAdmissionPolicies } from '@bulkhead/policy';
import { createMetrics, readPolicyFiles, runService, type ServiceProcess, serveHealth } from '@bulkhead/runtime';
import manifest from '../package.json' with { type: 'json' };
import { readCertificate } from './certificate.ts';
import type { WebhookConfig } from './config.ts';
import type { WebhookEvent } from './event.ts';
import { follow } from './follow.ts';
import { createWebhookMetrics } from './metrics.ts';
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

async function start(config: WebhookConfig, { logger, emit, shutdown }: ServiceProcess<WebhookEvent>): Promise<void> {
  const registry = createMetrics();
  const metrics = createWebhookMetrics(registry);
  const first = await readPolicies(config.policy);
  const certificate = await readCertificate(config.tls);
  let policies = first.policies;
  metrics.setPolicies(policies.length, true);
  metrics.setCertificate(certificate.validTo, true);

  const notReady = (): string | undefined => (shutdown.signal.aborted ? 'it is shutting down' : undefined);
  const server = await startReviewServer({
    ...config,
    certificate,
    handle: createReviewHandler(() => policies, { clock: systemClock, metrics, emit }),
    metrics,
    onInternal: (error) => logger.error({ err: error }, 'a review failed'),
    notReady,
  });
  shutdown.onClose('reviews', () => server.close());
  const address = await serveHealth(config.metrics, registry, shutdown, notReady);
  // Until everybody knows that this one ends, requests still come here.
  shutdown.onClose('drain', () => sleep(config.drainSeconds * 1000));

  const everyMs = config.followSeconds * 1000;
  let inUse = certificate;
  void follow(first, {
    everyMs,
    signal: shutdown.signal,
    read: () => readPolicies(config.policy),
    contentOf: ({ content }) => content,
    onChange(changed) {
      policies = changed.policies;
      metrics.setPolicies(policies.length, true);
      emit({ event: 'policies-changed', policies: namesOf(policies) });
    },
    onProblem(error) {
      metrics.setPolicies(policies.length, false);
      logger.error({ err: error }, 'the policy files cannot be used; what was valid last stays in force');
      emit({ event: 'policies-rejected', problems: problemsOf(error) });
    },
  });
  void follow(certificate, {
    everyMs,
    signal: shutdown.signal,
    read: () => readCertificate(config.tls),
    contentOf: ({ cert, key }) => cert + key,
    onChange(changed) {
      inUse = changed;
      server.use(changed);
      metrics.setCertificate(changed.validTo, true);
      emit({ event: 'certificate-changed', validTo: new Date(changed.validTo).toISOString() });
    },
    onProblem(error) {
      metrics.setCertificate(inUse.validTo, false);
      logger.error({ err: error }, 'the certificate cannot be used; the one before stays in use');
      emit({ event: 'certificate-rejected', problem: problemsOf(error).join('; ') });
    },
  });

  const { port } = server;
  emit({
    event: 'webhook-started',
    version: manifest.version,
    pid: process.pid,
    port,
    policies: namesOf(policies),
    ...address,
  });
}

interface ReadPolicies {
  readonly policies: readonly AdmissionPolicy[];
  readonly content: string;
}

async function readPolicies(paths: readonly string[]): Promise<ReadPolicies> {
  const sources = await readPolicyFiles(paths);
  return { policies: requireAdmissionPolicies(sources), content: JSON.stringify(sources) };
}

function namesOf(policies: readonly AdmissionPolicy[]): readonly string[] {
  return policies.map(({ name }) => name).toSorted();
}

function problemsOf(error: unknown): readonly string[] {
  if (error instanceof PolicyError) return error.problems.map(formatProblem);
  return [error instanceof Error ? error.message : String(error)];
}
