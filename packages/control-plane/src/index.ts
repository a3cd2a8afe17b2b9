export type { Account, AccountChange, AccountStore, NewAccount } from './access/account.ts';
export {
  type Binding,
  namespacesFor,
  PERMISSIONS,
  type Permission,
  type Resource,
  ROLES,
  type Role,
} from './access/role.ts';
export type { LockoutPolicy, Session, SessionStore, SignInAttempts, UsedStates } from './access/session.ts';
export type {
  ApiToken,
  ApiTokenStore,
  EnrolmentToken,
  EnrolmentTokenStore,
  NewApiToken,
} from './access/token.ts';
export type { AgentPolicyState, AgentStore, EnrolledAgent } from './agent/agent.ts';
export {
  AUDIT_START,
  type AuditCheck,
  type AuditEntry,
  type AuditFilter,
  type AuditLog,
  type AuditRecord,
  auditHash,
} from './audit/audit.ts';
export type {
  ContainerFilter,
  ContainerPlace,
  ContainerRetention,
  ContainerStore,
  ContainerSum,
  ToldContainer,
} from './container/container.ts';
export type { ContainerReport } from './container/observe-container.ts';
export { ControlPlaneError, type ControlPlaneErrorCode } from './error.ts';
export type {
  EventBatch,
  EventFilter,
  EventPosition,
  EventRetention,
  EventStore,
  SequencedEvent,
  StoredEvent,
} from './event/event.ts';
export { type IncidentSeed, incidentOfRule, MAX_EVENT_CHARACTERS, type Observation, observe } from './event/observe.ts';
export type { WatchedSubject } from './event/watched-subject.ts';
export type { File, FileFilter, FileObservation, FileStore } from './file/file.ts';
export { type FoldedPaths, foldPaths, type WrittenPath } from './file/fold-paths.ts';
export { type FileReport, observeFiles } from './file/observe-files.ts';
export {
  FLOW_PROTOCOLS,
  FLOW_SIDES,
  type Flow,
  type FlowEnd,
  type FlowFilter,
  type FlowGroups,
  type FlowObservation,
  type FlowProtocol,
  type FlowRetention,
  type FlowSide,
  type FlowStore,
} from './flow/flow.ts';
export {
  canonicalAddress,
  type FlowEnds,
  type FlowReport,
  MAX_FLOWS_OF_EVENT,
  observeFlows,
} from './flow/observe-flows.ts';
export { workloadEnd } from './flow/workload-end.ts';
export {
  INCIDENT_STATES,
  type Incident,
  type IncidentFilter,
  type IncidentState,
  type IncidentStore,
} from './incident/incident.ts';
export { decodeCursor, encodeCursor, MAX_PAGE, type Page, type PageRequest, toPage } from './page.ts';
export type {
  PolicyChange,
  PolicyDocument,
  PolicyDocumentStore,
  PolicySet,
  WantedPolicyDocument,
} from './policy-document/policy-document.ts';
export { observePrograms, type ProgramReport } from './program/observe-programs.ts';
export type { Program, ProgramFilter, ProgramObservation, ProgramStore } from './program/program.ts';
export { incidentOfQuarantine, incidentOfStop, STOP_KIND, stopFingerprint } from './quarantine/incidents.ts';
export {
  QUARANTINE_STATES,
  type Quarantine,
  type QuarantineCause,
  type QuarantineRequest,
  type QuarantineState,
  type QuarantineStore,
  type RuleStanding,
  type WorkloadQuarantine,
} from './quarantine/quarantine.ts';
export type { AgentRequest, AgentRequests } from './replica/agent-requests.ts';
export type { Replica, ReplicaStore } from './replica/replica.ts';
export type {
  KnownWorkload,
  ReportedWorkload,
  WorkloadEnforcement,
  WorkloadFilter,
  WorkloadStore,
  WorkloadsOfAgent,
} from './workload/workload.ts';
