import type { ServiceProcess } from '@bulkhead/runtime';
import type { WebhookEvent } from '../event.ts';
import { follow } from '../follow.ts';
import type { WebhookMetrics } from '../metrics.ts';
import { type Certificate, readCertificate } from './certificate.ts';

/** Where a certificate comes from, and those that follow it. */
export interface CertificateSource {
  readonly first: Certificate;
  /** Has `use` called with each later one. */
  follow(use: (certificate: Certificate) => void): void;
}

/** The certificate of files, followed as they change. Throws when they cannot be used at the start. */
export async function certificateFromFiles(
  files: { readonly certificate: string; readonly key: string },
  everyMs: number,
  metrics: WebhookMetrics,
  { emit, logger, shutdown }: ServiceProcess<WebhookEvent>,
): Promise<CertificateSource> {
  const first = await readCertificate(files);
  metrics.setCertificate(first.validTo, true);
  return {
    first,
    follow(use) {
      let inUse = first;
      void follow(first, {
        everyMs,
        signal: shutdown.signal,
        read: () => readCertificate(files),
        contentOf: ({ cert, key }) => cert + key,
        onChange(changed) {
          inUse = changed;
          use(changed);
          metrics.setCertificate(changed.validTo, true);
          emit({ event: 'certificate-changed', validTo: new Date(changed.validTo).toISOString() });
        },
        onProblem(error) {
          metrics.setCertificate(inUse.validTo, false);
          logger.error({ err: error }, 'the certificate cannot be used; the one before stays in use');
          emit({ event: 'certificate-rejected', problem: error instanceof Error ? error.message : String(error) });
        },
      });
    },
  };
}
