export { RpcError, type RpcErrorCode } from './error.ts';
export type {
  AgentHub,
  AgentIssuer,
  AgentLink,
  AgentSession,
  CommandAction,
  CommandOutcome,
  ConnectDecision,
  ConnectingAgent,
  Enforcement,
  EnrolClaim,
  EnrolDecision,
  EventBatch,
  PolicyAnswer,
  Position,
  ReportedWorkload,
  SnapshotText,
  WorkloadReport,
} from './server/hub.ts';
export { agentOfUri, agentUri, isAgentId } from './wire/agent-name.ts';
export * as limits from './wire/limits.ts';
export { type EnrolmentToken, formatToken, parseToken } from './wire/token.ts';
