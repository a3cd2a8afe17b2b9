import { performance } from 'node:perf_hooks';
import { type Clock, printable, problemText } from '@bulkhead/core';
import { type AdmissionPolicy, type ImageKnowledge, NO_IMAGES } from '@bulkhead/policy';
import type { Emit } from '../event.ts';
import type { WebhookMetrics } from '../metrics.ts';
import { answer, type WishForScan } from './answer.ts';
import { AdmissionReview, REVIEW_VERSION } from './wire.ts';

export type ReviewOutcome =
  | { readonly ok: true; readonly body: string }
  | { readonly ok: false; readonly problem: string };

export interface ReviewHandler {
  /** Answers the body of a review. What is none is a problem, which the API server meets with its failure policy. */
  (body: string): ReviewOutcome;
}

export interface HandlerParts {
  readonly clock: Clock;
  readonly metrics: WebhookMetrics;
  readonly emit: Emit;
  readonly images?: ImageKnowledge;
  readonly wish?: WishForScan | undefined;
}

/** Makes the handler of reviews; `policies` gives those in force now. */
export function createReviewHandler(
  policies: () => readonly AdmissionPolicy[],
  { clock, metrics, emit, images = NO_IMAGES, wish }: HandlerParts,
): ReviewHandler {
  return (body) => {
    const started = performance.now();
    const review = readReview(body);
    if (!review.ok) return review;
    const { request } = review;
    const { response, outcome, decision, problems, subject } = answer(request, policies(), clock.now(), images, wish);
    const { uid, operation, dryRun, userInfo } = request;
    if (decision !== undefined) {
      for (const { policy, rule, verdict } of dryRun ? [] : decision.violations) {
        metrics.countViolation(policy, rule, verdict);
      }
      if (decision.verdict !== 'allow' || decision.excused.length > 0) {
        emit({ event: 'admission', uid, operation, subject, user: userInfo.username, dryRun, ...decision });
      }
    }
    if (problems !== undefined) {
      emit({ event: 'document-refused', subject, user: userInfo.username, dryRun, problems });
    }
    const text = JSON.stringify({ apiVersion: REVIEW_VERSION, kind: 'AdmissionReview', response });
    metrics.countReview(operation, outcome, dryRun, (performance.now() - started) / 1000);
    return { ok: true, body: text };
  };
}

function readReview(
  body: string,
):
  | { readonly ok: true; readonly request: AdmissionReview['request'] }
  | { readonly ok: false; readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    return {
      ok: false,
      problem: `is no JSON: ${printable(error instanceof Error ? error.message : String(error), 200)}`,
    };
  }
  const parsed = AdmissionReview.safeParse(value);
  if (parsed.success) return { ok: true, request: parsed.data.request };
  const problems = parsed.error.issues.slice(0, 5).map(problemText);
  return { ok: false, problem: printable(`is no AdmissionReview of ${REVIEW_VERSION}: ${problems.join('; ')}`, 500) };
}
type AdmissionReview = ReturnType<typeof AdmissionReview.parse>;
