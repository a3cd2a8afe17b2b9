export { type Clock, systemClock } from './clock.ts';
export {
  API_VERSION,
  type DocumentKind,
  type DocumentProblem,
  formatPath,
  type ParsedDocument,
  problemsOfIssues,
  problemText,
  type SetProblem,
} from './document.ts';
export { CodedError, type ErrorParts, errorLine, errorText, printable } from './error.ts';
export { globOfFolder, MAX_FOLDER_LENGTH, MAX_PATH_LENGTH } from './file-path.ts';
export {
  HOOKS,
  type Hook,
  LABEL_OPERATORS,
  type LabelOperator,
  type LabelRequirement,
  type PeerBinding,
  type Selector,
  type SensorBinding,
  type WorkloadGroup,
} from './group.ts';
export {
  DEFAULT_REGISTRY,
  type ImageReference,
  isDigest,
  type ReferenceOutcome,
  readImageReference,
  referenceText,
} from './image-reference.ts';
export { compareModes, FAILURE_POLICIES, type FailurePolicy, MODES, type Mode } from './mode.ts';
export { isName, MAX_NAME_LENGTH } from './name.ts';
export { MAX_PEM_LENGTH, readPublicKey, type TrustedKey, type TrustedKeyOutcome } from './public-key.ts';
export { formatBytes, formatCount } from './quantity.ts';
export {
  type CustomDictionary,
  type CustomExactData,
  type CustomLiteral,
  type CustomPattern,
  type Sensor,
  type SensorDetector,
  VALUE_CHECKS,
  type ValueCheck,
} from './sensor.ts';
export { compareSeverities, SEVERITIES, type Severity } from './severity.ts';
export { compareText } from './text.ts';
export {
  compareExceptionPolicies,
  EXCEPTION_POLICIES,
  type ExceptionPolicies,
  type ExceptionPolicy,
  TRAFFIC_EXCEPTIONS,
  type TrafficException,
} from './traffic-exception.ts';
export {
  MAX_IDENTITY_LENGTH,
  MAX_TRUST_ROOT_LENGTH,
  readTrustRoot,
  type TrustMaterialText,
  type TrustRoot,
  type TrustRootOutcome,
} from './trust-root.ts';
export {
  CONFIDENCES,
  type Confidence,
  compareConfidences,
  compareVerdicts,
  DIRECTION_SCOPES,
  DIRECTIONS,
  type Direction,
  type DirectionScope,
  RULE_VERDICTS,
  type RuleVerdict,
  SENSOR_ACTIONS,
  type SensorAction,
  strictestVerdict,
  VERDICTS,
  type Verdict,
} from './verdict.ts';
export type { NetworkNamespace, Owner, Workload } from './workload.ts';
