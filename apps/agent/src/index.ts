export { AgentConfig } from './config.ts';
export type { AgentEvent, FindingDetails, SessionName, Subject, WorkloadName } from './event/agent-event.ts';
