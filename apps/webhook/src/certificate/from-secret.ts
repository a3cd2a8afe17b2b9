import { type KubeClient, watchObjects } from '@bulkhead/kube';
import type { ServiceProcess } from '@bulkhead/runtime';
import type { WebhookEvent } from '../event.ts';
import type { WebhookMetrics } from '../metrics.ts';
import type { Certificate } from './certificate.ts';
import type { CertificateSource } from './from-files.ts';
import { SECRETS, servedCertificate } from './secret.ts';

/** The certificate that the leader keeps in a Secret, followed as it changes. Waits until there is one; throws when told to end before. */
export async function certificateFromSecret(
  client: KubeClient,
  at: { readonly namespace: string; readonly name: string },
  metrics: WebhookMetrics,
  { emit, logger, shutdown }: ServiceProcess<WebhookEvent>,
): Promise<CertificateSource> {
  const { signal } = shutdown;
  const first = Promise.withResolvers<Certificate>();
  let inUse: Certificate | undefined;
  let use: ((certificate: Certificate) => void) | undefined;
  const take = (certificate: Certificate): void => {
    if (certificate.cert === inUse?.cert) return;
    const isFirst = inUse === undefined;
    inUse = certificate;
    metrics.setCertificate(certificate.validTo, true);
    first.resolve(certificate);
    use?.(certificate);
    if (!isFirst) emit({ event: 'certificate-changed', validTo: new Date(certificate.validTo).toISOString() });
  };
  watchObjects(client, SECRETS, {
    namespace: at.namespace,
    fieldSelector: `metadata.name=${at.name}`,
    signal,
    keep: (object): Certificate | { readonly problem: string } => {
      try {
        return servedCertificate(object);
      } catch (error) {
        return { problem: error instanceof Error ? error.message : String(error) };
      }
    },
    onEvent(event) {
      if (event.type === 'error') logger.warn({ err: event.error }, 'the Secret of the certificate cannot be read');
      if (event.type !== 'written') return;
      if ('cert' in event.object) take(event.object);
      else {
        if (inUse !== undefined) metrics.setCertificate(inUse.validTo, false);
        emit({ event: 'certificate-rejected', problem: event.object.problem });
      }
    },
  });
  signal.addEventListener('abort', () => first.reject(signal.reason), { once: true });
  return {
    first: await first.promise,
    follow(wanted) {
      use = wanted;
      if (inUse !== undefined) wanted(inUse);
    },
  };
}
