import { loadDocuments, type PolicySource } from '../document/load.ts';
import type { PolicyProblem } from '../document/problem.ts';
import { PolicyError } from '../error.ts';
import { admissionPolicyKind } from './kind.ts';
import type { AdmissionPolicy } from './policy.ts';

/** The other kinds of the language, which may lie in the same files and are not about admission. */
const OTHER_KINDS = [
  'DataSensor',
  'FilePolicy',
  'NetworkRuleSet',
  'PolicyTest',
  'ProcessPolicy',
  'ResponseRule',
  'WorkloadGroup',
];

export type AdmissionPoliciesOutcome =
  | { readonly ok: true; readonly policies: readonly AdmissionPolicy[] }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] };

/** Reads the admission policies of some files, and passes over the other kinds. Reports every problem; never throws. */
export function readAdmissionPolicies(sources: readonly PolicySource[]): AdmissionPoliciesOutcome {
  const documents = loadDocuments(sources, [admissionPolicyKind], OTHER_KINDS);
  if (documents.problems.length > 0) return { ok: false, problems: documents.problems };
  return { ok: true, policies: documents.of(admissionPolicyKind).flatMap(({ value }) => value ?? []) };
}

/** As `readAdmissionPolicies`, for callers that cannot go on without. Throws a `PolicyError`. */
export function requireAdmissionPolicies(sources: readonly PolicySource[]): readonly AdmissionPolicy[] {
  const outcome = readAdmissionPolicies(sources);
  if (!outcome.ok) throw new PolicyError(outcome.problems);
  return outcome.policies;
}
