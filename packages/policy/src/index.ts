export { type AdmissionDecision, type Excused, judge, type Violation } from './admission/judge.ts';
export { admissionPolicyKind, parseAdmissionPolicy } from './admission/kind.ts';
export {
  ADMISSION_VERDICTS,
  type AdmissionException,
  type AdmissionPolicy,
  type AdmissionRule,
  type AdmissionVerdict,
} from './admission/policy.ts';
export { type CaseResult, type PolicyTestOutcome, runPolicyTests } from './admission/policy-test/run.ts';
export { PolicyTestDocument } from './admission/policy-test/schema.ts';
export {
  type AdmissionPoliciesOutcome,
  readAdmissionPolicies,
  requireAdmissionPolicies,
} from './admission/read-policies.ts';
export { AdmissionReport, type ReviewedObject } from './admission/review/report.ts';
export { type Manifest, review } from './admission/review/review.ts';
export { reviewText } from './admission/review/text.ts';
export { AdmissionPolicyDocument } from './admission/schema.ts';
export { type LoadedDocument, type LoadedDocuments, loadDocuments, type PolicySource } from './document/load.ts';
export { type DocumentOrigin, formatProblem, type PolicyProblem } from './document/problem.ts';
export { PolicyError } from './error.ts';
export { parseWorkloadGroup, workloadGroupKind } from './group/kind.ts';
export { WorkloadGroupDocument } from './group/schema.ts';
export { jsonSchemas } from './json-schema.ts';
export {
  type Policy,
  type PolicyOutcome,
  policyFor,
  readPolicy,
  requirePolicy,
  type SensorLanguage,
} from './policy.ts';
export { type BoundSensor, type EffectivePolicy, effectivePolicy } from './selection/effective.ts';
export { matchesGlob } from './selection/glob.ts';
export { selectGroups, selects } from './selection/select.ts';
