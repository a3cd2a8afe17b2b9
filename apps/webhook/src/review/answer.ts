import { printable } from '@bulkhead/core';
import { type KubernetesObject, objectOf, plainValue, podOf, sameValue } from '@bulkhead/pod-rules';
import {
  type AdmissionDecision,
  type AdmissionPolicy,
  type ImageKnowledge,
  judge,
  NO_IMAGES,
  type Violation,
} from '@bulkhead/policy';
import { ownDocumentProblems } from './own-document.ts';
import type { AdmissionRequest, AdmissionResponse } from './wire.ts';

/** What was made of a request: the response, and the decision behind it where policies were asked. */
export interface Answer {
  readonly response: AdmissionResponse;
  /** `passed-over`: nothing that policies speak of. `unchanged`: an update that leaves the pod as it was. */
  readonly outcome: 'allow' | 'warn' | 'deny' | 'passed-over' | 'unchanged';
  readonly decision?: AdmissionDecision;
  /** Of a policy of Bulkhead that was refused. */
  readonly problems?: readonly string[];
  /** `Deployment/shop/web`. */
  readonly subject: string;
}

/** Subresources that change what runs in a pod; others (status, scale, eviction …) do not. */
const JUDGED_SUBRESOURCES = ['', 'ephemeralcontainers', 'resize'];
/** Longer messages are read by nobody; the log has more. */
const MAX_REASONS = 10;
/** The API server shortens warnings beyond 256 characters, and drops what is beyond 4096 of all together. */
const MAX_WARNING = 256;
const MAX_WARNINGS = 15;

/** What became of a wish that an image be scanned. */
export type ScanWish = 'queued' | 'unwatched' | 'refused';

/** Takes a wish that an image be scanned, at once: whoever answers waits for nobody. */
export type WishForScan = (reference: string) => ScanWish;

/**
 * Answers a request by the policies and what is known of images. Pure but for `wish`, which is told of images whose scan would
 * decide, unless the request is a dry run; `now` is in milliseconds since the epoch.
 */
export function answer(
  request: AdmissionRequest,
  policies: readonly AdmissionPolicy[],
  now: number,
  images: ImageKnowledge = NO_IMAGES,
  wish?: WishForScan,
): Answer {
  const { uid, kind, namespace, name, operation, subResource } = request;
  const subject = [kind.kind, ...(namespace === '' ? [] : [namespace]), name === '' ? '(unnamed)' : name].join('/');
  const passedOver = { response: { uid, allowed: true }, outcome: 'passed-over', subject } as const;
  if (operation === 'DELETE' || operation === 'CONNECT' || !JUDGED_SUBRESOURCES.includes(subResource))
    return passedOver;
  const problems = ownDocumentProblems(request);
  if (problems !== undefined) return answerDocument(uid, subject, problems);
  const object = objectOf(plainValue(request.object));
  if (object === undefined || podOf(object) === undefined) return passedOver;
  if (operation === 'UPDATE' && changesNoPod(object, request.oldObject)) return { ...passedOver, outcome: 'unchanged' };

  const { userInfo, dryRun } = request;
  const decision = judge(object, namespace, policies, now, images, {
    request: { kind, name, namespace, operation, subResource, dryRun, userInfo },
    oldObject: request.oldObject,
  });
  if (decision === undefined) return passedOver;
  const wishes = dryRun ? NO_WISHES : wishesOf(decision, wish);
  return { response: responseOf(uid, decision, wishes), outcome: decision.verdict, decision, subject: object.subject };
}

/** A policy with mistakes stays out: it would not be in force, and who writes it is there to read why. */
function answerDocument(uid: string, subject: string, problems: readonly string[]): Answer {
  if (problems.length === 0) return { response: { uid, allowed: true }, outcome: 'allow', subject };
  const message = `${subject} is not valid: ${problems.join(' | ')}`;
  return {
    response: { uid, allowed: false, status: { code: 422, reason: 'Invalid', message } },
    outcome: 'deny',
    problems,
    subject,
  };
}

/**
 * Whether an update leaves the pod as it was, or is one of an object that is being deleted. Such updates pass: a rule that
 * came later must not keep a controller from writing a status or taking off a finalizer.
 */
function changesNoPod(object: KubernetesObject, before: unknown): boolean {
  if (object.root.get('metadata').get('deletionTimestamp').exists) return true;
  const old = objectOf(plainValue(before));
  const [now, then] = [podOf(object), old && podOf(old)];
  if (now === undefined || then === undefined) return false;
  return (['spec', 'labels', 'annotations'] as const).every((part) => sameValue(now[part], then[part]));
}

type Wishes = ReadonlyMap<string, ScanWish>;
const NO_WISHES: Wishes = new Map();

/** Each image once, however many rules miss its scan. */
function wishesOf({ violations }: AdmissionDecision, wish: WishForScan | undefined): Wishes {
  if (wish === undefined) return NO_WISHES;
  const references = new Set(violations.flatMap(({ unscanned }) => unscanned ?? []));
  return new Map([...references].map((reference) => [reference, wish(reference)]));
}

const SAID: Readonly<Record<ScanWish, string>> = {
  queued: '; its scan is queued',
  unwatched: '; no registry that is watched has it, so nobody will scan it',
  refused: '',
};

function responseOf(uid: string, decision: AdmissionDecision, wishes: Wishes): AdmissionResponse {
  const { verdict, violations, policies, excused, more } = decision;
  const denied = violations.filter((violation) => violation.verdict === 'deny');
  const warned = violations.filter((violation) => violation.verdict === 'warn');
  const notes = [
    ...warned.slice(0, MAX_WARNINGS).map((violation) => `${ruleOf(violation)}: ${reasonOf(violation, wishes)}`),
    ...(warned.length > MAX_WARNINGS ? [`bulkhead: ${warned.length - MAX_WARNINGS} more warnings`] : []),
  ];
  return {
    uid,
    allowed: verdict !== 'deny',
    ...(verdict === 'deny' && {
      status: { code: 403, reason: 'Forbidden', message: printable(messageOf(denied, more, wishes)) },
    }),
    ...(notes.length > 0 && { warnings: notes.map((note) => printable(note, MAX_WARNING)) }),
    auditAnnotations: {
      verdict,
      policies: policies.join(','),
      ...(violations.length > 0 && { rules: [...new Set(violations.map(ruleOf))].join(',') }),
      ...(excused.length > 0 && {
        exceptions: [...new Set(excused.map((one) => `${one.policy}/${one.exception.name}`))].join(','),
      }),
    },
  };
}

function messageOf(denied: readonly Violation[], more: number, wishes: Wishes): string {
  const shown = denied.slice(0, MAX_REASONS).map((violation) => `${ruleOf(violation)}: ${reasonOf(violation, wishes)}`);
  const rest = denied.length - shown.length + more;
  return [...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join(' | ');
}

function ruleOf({ policy, rule }: Violation): string {
  return `${policy}/${rule}`;
}

/** What is wrong, where, what to do, and why an exception no longer helps. */
function reasonOf({ subject, message, fix, expired, mode, unscanned }: Violation, wishes: Wishes): string {
  const container = subject.split(' ').slice(1).join(' ');
  const parts = [
    ...(mode === 'monitor' ? ['(monitor) '] : []),
    ...(container === '' ? [] : [`${container}: `]),
    `${message}; ${fix}`,
    SAID[wishes.get(unscanned ?? '') ?? 'refused'],
    ...(expired === undefined
      ? []
      : [` (the exception ${expired.name} of ${expired.owner} expired: ${expired.expires})`]),
  ];
  return parts.join('');
}
