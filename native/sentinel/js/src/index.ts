export { SentinelError, type SentinelErrorCode } from './error.ts';
export type { FileAccess, SentinelEvent } from './event.ts';
export type { ContainerFiles, CountedFile } from './file.ts';
export { matchesPath } from './matches-path.ts';
export type { ContainerPrograms, CountedProgram } from './program.ts';
export type { ContainerRules, FileRule, FileRuleSet, ProcessRule, ProcessRuleSet, RuleAction } from './rules.ts';
export { Sentinel, type SentinelCounters, type SentinelHandlers, type WatchedContainer } from './sentinel.ts';
