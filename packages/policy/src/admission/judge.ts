import { compareText, type Workload } from '@bulkhead/core';
import { type KubernetesObject, type Pod, podOf, type Value } from '@bulkhead/pod-rules';
import { selects } from '../selection/select.ts';
import { applyingException, exceptionForVulnerability } from './exception.ts';
import { ExpressionEvaluation } from './expression/evaluation.ts';
import { type ImageKnowledge, NO_IMAGES } from './image/knowledge.ts';
import type {
  AdmissionException,
  AdmissionMode,
  AdmissionPolicy,
  AdmissionRule,
  AdmissionSelector,
  AdmissionVerdict,
} from './policy.ts';
import { type AdmissionRequestFacts, requestOf } from './request.ts';
import { check } from './rule/check.ts';
import type { RuleContext } from './rule/context.ts';
import { PodFacts } from './rule/pod-facts.ts';
import type { RuleProblem } from './violation.ts';

/** A rule that an object breaks, in one place. */
export interface Violation extends Omit<RuleProblem, 'atMost'> {
  readonly policy: string;
  readonly rule: string;
  readonly mode: AdmissionMode;
  /** `deny` only where the policy protects. */
  readonly verdict: 'warn' | 'deny';
  /** The exception that would have let it pass, had it not expired. */
  readonly expired?: AdmissionException;
}

/** What an exception let pass. */
export interface Excused extends Omit<RuleProblem, 'atMost'> {
  readonly policy: string;
  readonly rule: string;
  readonly exception: AdmissionException;
}

/** The answer of all policies about one object, with its cause. */
export interface AdmissionDecision {
  readonly verdict: AdmissionVerdict;
  /** Names of the policies that are about the object, sorted. None: nothing was asked of it. */
  readonly policies: readonly string[];
  /** Those that deny first, then by policy, rule and line. */
  readonly violations: readonly Violation[];
  readonly excused: readonly Excused[];
  /** More were found than are listed; those count too. */
  readonly more: number;
}

/** One object with more problems is not told more by them; a pod may have hundreds of containers. */
export const MAX_LISTED = 200;

const NO_EXCEPTION: RuleContext['exceptionFor'] = () => ({});

/** What came with an object, where it came from an API server. */
export interface Circumstances {
  readonly request?: AdmissionRequestFacts;
  /** What an update replaces. */
  readonly oldObject?: unknown;
}

/**
 * Decides about an object that is a pod or makes pods; undefined for all others, of which no rule speaks. `namespace`
 * is where it will be when it does not say so itself; `now` is in milliseconds since the epoch; `images` is what rules
 * about findings go by.
 */
export function judge(
  object: KubernetesObject,
  namespace: string,
  policies: readonly AdmissionPolicy[],
  now: number,
  images: ImageKnowledge = NO_IMAGES,
  { request, oldObject }: Circumstances = {},
): AdmissionDecision | undefined {
  const pod = podOf(object);
  if (pod === undefined) return undefined;
  const place = object.namespace ?? namespace;
  const subject = subjectOf(pod, place);
  const expressions = new ExpressionEvaluation(pod, request ?? requestOf(object, place), oldObject);
  const facts = new PodFacts(pod, images);
  const about = policies
    .filter((policy) => isAbout(policy, object, subject))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const violations: Violation[] = [];
  const excused: Excused[] = [];
  for (const policy of about) {
    for (const rule of policy.rules) {
      const context = { facts, images, now, exceptionFor: exceptionsFor(policy, rule, subject, now), expressions };
      for (const { atMost, excusedBy, expired: expiredFor, ...found } of check(pod, rule.criterion, context)) {
        const problem: RuleProblem = rule.fix === undefined ? found : { ...found, fix: rule.fix };
        const outcome = applyingException(policy.exceptions, rule.name, problem, subject, pod, now);
        const where = { ...problem, policy: policy.name, rule: rule.name };
        const holds = excusedBy ?? outcome.holds;
        if (holds !== undefined) {
          excused.push({ ...where, exception: holds });
          continue;
        }
        const verdict = policy.mode === 'protect' ? (atMost ?? rule.verdict) : 'warn';
        const expired = outcome.expired ?? expiredFor;
        violations.push({ ...where, mode: policy.mode, verdict, ...(expired !== undefined && { expired }) });
      }
    }
  }
  const ordered = violations.toSorted(compareViolations);
  return {
    verdict: ordered[0]?.verdict ?? 'allow',
    policies: about.map(({ name }) => name),
    violations: ordered.slice(0, MAX_LISTED),
    excused: excused.slice(0, MAX_LISTED),
    more: Math.max(ordered.length - MAX_LISTED, 0),
  };
}

/** Exceptions for vulnerabilities, looked through once a rule and not once a finding where there are none. */
function exceptionsFor(
  { exceptions }: AdmissionPolicy,
  { name }: AdmissionRule,
  subject: Workload,
  now: number,
): RuleContext['exceptionFor'] {
  const some = exceptions.filter((one) => one.vulnerabilities !== undefined && one.rules.includes(name));
  if (some.length === 0) return NO_EXCEPTION;
  return (container, vulnerability) => exceptionForVulnerability(some, vulnerability, { subject, container }, now);
}

function isAbout(
  { kinds, selector, exclude }: AdmissionPolicy,
  { kind }: KubernetesObject,
  subject: Workload,
): boolean {
  if (kinds !== undefined && !kinds.includes(kind)) return false;
  return selectsAll(selector, subject) && (exclude === undefined || !selects(exclude, subject));
}

function selectsAll(selector: AdmissionSelector | undefined, subject: Workload): boolean {
  return selector === undefined || selects(selector, subject);
}

/** The pod as selectors see workloads: by its object's name and owners, its namespace and its labels. */
function subjectOf({ object, labels }: Pod, namespace: string): Workload {
  return {
    id: object.subject,
    name: object.name,
    namespace,
    labels: textsOf(labels),
    owners: object.root
      .get('metadata')
      .get('ownerReferences')
      .items()
      .map((owner) => ({ kind: String(owner.get('kind').scalar ?? ''), name: String(owner.get('name').scalar ?? '') })),
    netns: { path: '' },
  };
}

function textsOf(map: Value): Readonly<Record<string, string>> {
  return Object.fromEntries(
    map.keys().flatMap((key) => {
      const { scalar } = map.get(key);
      return scalar === undefined ? [] : [[key, String(scalar)] as const];
    }),
  );
}

function compareViolations(a: Violation, b: Violation): number {
  if (a.verdict !== b.verdict) return a.verdict === 'deny' ? -1 : 1;
  return compareText(a.policy, b.policy) || compareText(a.rule, b.rule) || a.line - b.line;
}
