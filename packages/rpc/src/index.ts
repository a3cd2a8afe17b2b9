export type { AgentConnection, ConnectAgentOptions, ConnectionState } from './client/agent-connection.ts';
export type { AgentCredentials } from './client/channel.ts';
export { connectAgent } from './client/connection.ts';
export { type Enrolled, type EnrolOptions, enrolAgent } from './client/enrol.ts';
export type { AgentWorkload } from './client/workload-to-wire.ts';
export { RpcError, type RpcErrorCode } from './error.ts';
export type {
  AgentHub,
  AgentIssuer,
  AgentLink,
  AgentSession,
  ConnectDecision,
  ConnectingAgent,
  EnrolClaim,
  EnrolDecision,
  EventBatch,
  ReportedWorkload,
  WorkloadReport,
} from './server/hub.ts';
export { type AgentServer, newAgentId, type ServeAgentsOptions, serveAgents } from './server/serve.ts';
export type { ServerIdentity } from './server/tls-front.ts';
export { MIN_SPOOL_BYTES, Spool, type SpooledBatch, type SpoolOptions } from './spool/spool.ts';
export { agentOfUri, agentUri, isAgentId } from './wire/agent-name.ts';
export * as limits from './wire/limits.ts';
export type { Position } from './wire/position.ts';
export type {
  CommandAction,
  CommandOutcome,
  Enforcement,
  FilePart,
  PolicyAnswer,
  SnapshotText,
} from './wire/terms.ts';
export { type EnrolmentToken, formatToken, parseToken } from './wire/token.ts';
