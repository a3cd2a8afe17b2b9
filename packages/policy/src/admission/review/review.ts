import { problemText } from '@bulkhead/core';
import { compareProblems, type PolicyProblem } from '../../document/problem.ts';
import { type ImageKnowledge, NO_IMAGES } from '../image/knowledge.ts';
import { type AdmissionDecision, judge } from '../judge.ts';
import { ADMISSION_VERDICTS, type AdmissionException, type AdmissionPolicy, type AdmissionVerdict } from '../policy.ts';
import { type ObjectInFile, readObjects } from './read-objects.ts';
import type { AdmissionReport, ReviewedObject } from './report.ts';

/** A manifest's name and its text. */
export interface Manifest {
  readonly file: string;
  readonly text: string;
}

export interface ReviewContext {
  /** Where objects are that do not say it themselves. */
  readonly namespace: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly images?: ImageKnowledge;
}

/** What the policies would say to objects of files: the answer of the webhook, before there is a cluster. Never throws. */
export function review(
  manifests: readonly Manifest[],
  policies: readonly AdmissionPolicy[],
  { namespace, now, images = NO_IMAGES }: ReviewContext,
): AdmissionReport {
  const objects: ReviewedObject[] = [];
  const others = new Map<string, number>();
  const problems: PolicyProblem[] = [];
  for (const { file, text } of manifests) {
    const found = readObjects(file, text);
    problems.push(...found.problems);
    for (const one of found.objects) {
      const decision = judge(one.object, namespace, policies, now, images);
      if (decision === undefined) others.set(one.object.kind, (others.get(one.object.kind) ?? 0) + 1);
      else objects.push(reviewed(one, decision));
    }
  }
  return {
    schemaVersion: 1,
    verdict: strictest(objects.map(({ verdict }) => verdict)),
    objects,
    others: Object.fromEntries([...others].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    errors: problems.toSorted(compareProblems).map(({ file, document, line, ...problem }) => ({
      file,
      ...(document !== undefined && { document }),
      ...(line !== undefined && { line }),
      message: problemText(problem),
    })),
  };
}

function reviewed({ file, line, object }: ObjectInFile, decision: AdmissionDecision): ReviewedObject {
  const { verdict, policies, violations, excused, more } = decision;
  return {
    file,
    line,
    subject: object.subject,
    verdict,
    policies: [...policies],
    violations: violations.map(({ expired, unscanned: _unscanned, ...violation }) => ({
      ...violation,
      ...(expired !== undefined && { expired: shown(expired) }),
    })),
    excused: excused.map(({ exception, ...one }) => ({ ...one, exception: shown(exception) })),
    more,
  };
}

function shown({ name, owner, reason, expires }: AdmissionException): ReviewedObject['excused'][number]['exception'] {
  return { name, owner, reason, expires };
}

function strictest(verdicts: readonly AdmissionVerdict[]): AdmissionVerdict {
  return ADMISSION_VERDICTS.findLast((verdict) => verdicts.includes(verdict)) ?? 'allow';
}
