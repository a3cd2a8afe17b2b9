import type { DocumentKind, Mode, Sensor } from '@bulkhead/core';
import { formatProblem } from '../../document/problem.ts';
import { type Policy, readPolicy } from '../../policy.ts';
import { writeDocuments } from '../../write-documents.ts';
import type { LearntDocuments } from '../learnt.ts';
import { writeLearnt } from '../write-learnt.ts';

const LANGUAGE: { kind: DocumentKind<Sensor>; provided: [] } = {
  kind: { kind: 'DataSensor', parse: () => ({ ok: false, problems: [] }) },
  provided: [],
};

/** A policy by its text, which has no problems. */
export function policyOf(text: string): Policy {
  const outcome = readPolicy([{ file: 'p', text }], LANGUAGE);
  if (!outcome.ok) throw new Error(outcome.problems.map(formatProblem).join('\n'));
  return outcome.policy;
}

export function groupDocument(
  name: string,
  mode: Mode,
  selector: object = { names: [name] },
  more: object = {},
): object {
  const spec = { selector, mode, ...more };
  return { apiVersion: 'bulkhead.io/v1alpha1', kind: 'WorkloadGroup', metadata: { name }, spec };
}

const groupsIn = (mode: Mode): readonly object[] => ['db', 'shop'].map((name) => groupDocument(name, mode));

/** Groups of containers, before anything is learnt. */
export const { groups } = policyOf(writeDocuments(groupsIn('discover')));

/** Their policy once what was learnt is applied to it, as it is written for review: refused where it is not valid. */
export function applied({ documents }: LearntDocuments): Policy {
  return policyOf(`${writeDocuments(groupsIn('protect'))}---\n${writeLearnt(documents)}`);
}

/** What a person is told of it. */
export function textsOf({ notes }: LearntDocuments): readonly string[] {
  return notes.map(({ kind, group, text }) => `${kind}${group === undefined ? '' : ` ${group}`}: ${text}`);
}
