import type { Metrics } from '@bulkhead/runtime';

/** Why a request was refused before any policy was asked. */
export type Refusal = 'method' | 'path' | 'type' | 'size' | 'malformed' | 'busy' | 'unready' | 'aborted' | 'internal';

/** The webhook's metrics. */
export interface WebhookMetrics {
  countReview(operation: string, outcome: string, dryRun: boolean, seconds: number): void;
  countRefusal(why: Refusal): void;
  countViolation(policy: string, rule: string, verdict: string): void;
  setPolicies(count: number, valid: boolean): void;
  setCertificate(validToMs: number, valid: boolean): void;
  /** All that is told of images has been heard. */
  setImages(count: number, atMs: number): void;
  countImageFailure(what: 'feed' | 'image' | 'wish'): void;
}

/** Around the bar of 10 ms. */
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

export function createWebhookMetrics(metrics: Metrics): WebhookMetrics {
  const reviews = metrics.counter('admission_reviews_total', 'Reviews answered', ['operation', 'outcome', 'dry_run']);
  const seconds = metrics.histogram('admission_review_seconds', 'Time from the whole body to the answer', SECONDS);
  const refusals = metrics.counter('admission_refused_total', 'Requests that were no review', ['why']);
  const violations = metrics.counter('admission_violations_total', 'Rules that objects broke', [
    'policy',
    'rule',
    'verdict',
  ]);
  const policies = metrics.gauge('admission_policies', 'Policies in force');
  const valid = metrics.gauge('admission_policies_valid', 'Whether all policies are valid as they are now');
  const expiry = metrics.gauge('tls_certificate_expiry_seconds', 'When the certificate in use ends, as Unix time');
  const images = metrics.gauge('admission_images', 'Images that are known');
  const heard = metrics.gauge(
    'admission_images_current_timestamp_seconds',
    'When all that is known of images was last heard, as Unix time; 0 for never',
  );
  const imageFailures = metrics.counter('admission_image_failures_total', 'What could not be heard of images', [
    'what',
  ]);
  const certificate = metrics.gauge(
    'tls_certificate_valid',
    'Whether certificate and key are a valid pair as they are now',
  );
  return {
    countReview(operation, outcome, dryRun, took) {
      reviews.inc({ operation, outcome, dry_run: String(dryRun) });
      seconds.observe(took);
    },
    countRefusal: (why) => refusals.inc({ why }),
    countViolation: (policy, rule, verdict) => violations.inc({ policy, rule, verdict }),
    setPolicies(count, isValid) {
      policies.set(count);
      valid.set(isValid ? 1 : 0);
    },
    setImages(count, atMs) {
      images.set(count);
      heard.set(atMs / 1000);
    },
    countImageFailure: (what) => imageFailures.inc({ what }),
    setCertificate(validToMs, isValid) {
      expiry.set(validToMs / 1000);
      certificate.set(isValid ? 1 : 0);
    },
  };
}
