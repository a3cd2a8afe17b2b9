import type { RuleCause } from '@bulkhead/policy';
import type { SentinelEvent } from '@bulkhead/sentinel';
import type { FileUseEvent, NewAgentEvent, ProgramEvent, Subject } from '../event/agent-event.ts';
import type { RunningProgram } from './running-programs.ts';

/** The kernel's bound of a path is four times this; what a container makes up must not fill a disk with events. */
const MAX_TEXT = 1_024;

const PROGRAM_EVENTS = { block: 'process-denied', alert: 'process-alerted' } as const;
const FILE_EVENTS = { block: 'file-denied', alert: 'file-alerted' } as const;

/** What the sentinel told, as an event of the agent. */
export function describeUse(event: SentinelEvent, subject: Subject): ProgramEvent | FileUseEvent {
  const { kind, verdict, policy, rule, path, access, executable, pid, uid } = event;
  const cause = { policy, ...(rule !== undefined && { rule }) };
  const who = { pid, user: uid };
  if (kind === 'process') {
    const programs = { executable: bounded(path), parent: bounded(executable) };
    return { event: PROGRAM_EVENTS[verdict], ...cause, ...programs, ...who, ...subject };
  }
  const use = { path: bounded(path), access: access ?? 'read', executable: bounded(executable) };
  return { event: FILE_EVENTS[verdict], ...cause, ...use, ...who, ...subject };
}

/** A program that the policy denies and that ran before it could be refused, as an event of the agent. */
export function describeRunning(
  { pid, executable, parent, user }: RunningProgram,
  cause: Extract<RuleCause, { kind: 'rule' }>,
  subject: Subject,
): NewAgentEvent {
  return {
    event: 'process-alerted',
    policy: cause.policy,
    rule: cause.rule,
    executable: bounded(executable),
    parent: bounded(parent ?? ''),
    pid,
    user,
    alreadyRunning: true,
    ...subject,
  };
}

function bounded(text: string): string {
  const whole = text.toWellFormed();
  return whole.length <= MAX_TEXT ? whole : `${whole.slice(0, MAX_TEXT - 1)}…`;
}
