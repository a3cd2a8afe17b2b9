export { ImagePortion, MAX_CHANGES } from './admission/image/feed.ts';
export { ImageMemory } from './admission/image/image-memory.ts';
export { type ImageKnowledge, NO_IMAGES } from './admission/image/knowledge.ts';
export { ImageScan, KnownImage } from './admission/image/known-image.ts';
export { type ScanFinding, summarizeScan, type WholeScan } from './admission/image/summarize.ts';
export { takeChange } from './admission/image/take-change.ts';
export { type NamedImage, namedImage } from './admission/image-name.ts';
export { type AdmissionDecision, type Circumstances, type Excused, judge, type Violation } from './admission/judge.ts';
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
export { imagesOf } from './admission/review/images.ts';
export { AdmissionReport, type ReviewedObject } from './admission/review/report.ts';
export { type Manifest, review } from './admission/review/review.ts';
export { reviewText } from './admission/review/text.ts';
export { AdmissionPolicyDocument } from './admission/schema.ts';
export { signatureTrustOf } from './admission/signature-trust.ts';
export {
  answersLookups,
  type ClusterService,
  type ClusterServicePort,
  type ServiceEnd,
} from './compile/cluster-service.ts';
export type { ClusterWorkload } from './compile/cluster-workload.ts';
export { type CompilerInput, SnapshotCompiler } from './compile/compiler.ts';
export {
  type ContainerRules,
  containerRules,
  type FileRuleSet,
  type ProcessRuleSet,
} from './compile/container-rules.ts';
export { LEFT_OUT_CAUSES, type LeftOut, type LeftOutCause, type LeftOutService } from './compile/left-out.ts';
export { withNewerAddresses } from './compile/newer-addresses.ts';
export {
  AGENT_KINDS,
  type PolicyDocument,
  type PolicySnapshot,
  parseSnapshot,
  snapshotSources,
  sortDocuments,
} from './compile/snapshot.ts';
export { diffPolicies, type PolicyDifference } from './diff/diff-policies.ts';
export { type LoadedDocument, type LoadedDocuments, loadDocuments, type PolicySource } from './document/load.ts';
export { type DocumentOrigin, formatProblem, type PolicyProblem } from './document/problem.ts';
export { PolicyError } from './error.ts';
export { type Exchanged, exportNetworkPolicies } from './exchange/network-policy.ts';
export { type ImportOutcome, importNeuvector } from './exchange/neuvector/import.ts';
export { exportValidatingAdmissionPolicies } from './exchange/validating-admission-policy/export.ts';
export { evaluateFileUse, type FileUse } from './file/evaluate.ts';
export { FILE_ACCESSES, type FileAccess, type FilePolicy, FilePolicyDocument, filePolicyKind } from './file/schema.ts';
export { parseWorkloadGroup, workloadGroupKind } from './group/kind.ts';
export { WorkloadGroupDocument } from './group/schema.ts';
export { jsonSchemas } from './json-schema.ts';
export type { LearntFile } from './learn/file.ts';
export { FLOW_SIDES, type FlowSide, type LearntEnd, type LearntFlow, type LearntWorkload } from './learn/flow.ts';
export { type FileLearningInput, learnFiles, learnFilesInSteps } from './learn/learn-files.ts';
export { type LearningInput, learnInSteps, learnNetwork, MAX_ADDRESSES } from './learn/learn-network.ts';
export { learnPrograms, learnProgramsInSteps, type ProgramLearningInput } from './learn/learn-programs.ts';
export {
  LEARNT_KINDS,
  type LearningNote,
  type LearntDocument,
  type LearntDocuments,
  type LearntKind,
} from './learn/learnt.ts';
export type { LearntUse } from './learn/learnt-use.ts';
export type { LearntProgram } from './learn/program.ts';
export { toldFiles } from './learn/told-files.ts';
export { ToldFlows } from './learn/told-flows.ts';
export { toldPrograms } from './learn/told-programs.ts';
export type { ToldUses } from './learn/told-uses.ts';
export { withLearnt } from './learn/with-learnt.ts';
export { writeLearnt } from './learn/write-learnt.ts';
export {
  APPLICATION_PROTOCOLS,
  APPLICATIONS,
  type Application,
  speaksOneOf,
  UNKNOWN_PROTOCOLS,
} from './network/application.ts';
export { matchesDomain } from './network/domain.ts';
export {
  evaluateFlow,
  type Flow,
  type FlowCause,
  type FlowDecision,
  type FlowEnd,
  judgeDirection,
} from './network/evaluate.ts';
export { networkRuleSetKind, parseNetworkRuleSet } from './network/kind.ts';
export { type AddressRange, type AddressRanges, addressRanges } from './network/ranges.ts';
export {
  FLOW_DIRECTIONS,
  FLOW_PROTOCOLS,
  type FlowDirection,
  type FlowProtocol,
  type NetworkPeer,
  type NetworkRule,
  type NetworkRuleSet,
  NODE_PEER,
  type PortRange,
  RULE_ACTIONS,
  type RuleAction,
} from './network/rule-set.ts';
export { NetworkRuleSetDocument } from './network/schema.ts';
export {
  type ServiceAddress,
  type ServiceMatch,
  type ServiceProtocol,
  serviceMatches,
  servicesMeant,
  servicesOf,
  type UnfollowedServices,
  unfollowedMatch,
} from './network/service.ts';
export {
  type Policy,
  type PolicyOutcome,
  policyFor,
  readPolicy,
  readPolicyInSteps,
  requirePolicy,
  type SensorLanguage,
} from './policy.ts';
export { type Execution, evaluateExecution } from './process/evaluate.ts';
export { type ProcessPolicy, ProcessPolicyDocument, processPolicyKind } from './process/schema.ts';
export { ResponseCounter } from './response/counter.ts';
export { durationMs, rulesMetBy } from './response/match.ts';
export {
  RESPONSE_ACTIONS,
  RESPONSE_EVENTS,
  type ResponseRule,
  ResponseRuleDocument,
  responseRuleKind,
} from './response/schema.ts';
export { type BoundDocuments, boundDocuments } from './rule/bound.ts';
export { RULE_VERDICTS, type RuleCause, type RuleDecision, type RuleVerdict } from './rule/judge.ts';
export { type BoundSensor, type EffectivePolicy, effectivePolicy } from './selection/effective.ts';
export { matchesGlob } from './selection/glob.ts';
export { type Selectable, selectGroups, selects } from './selection/select.ts';
export { writeDocuments } from './write-documents.ts';
