import { OCSF_VERSION } from '@bulkhead/dlp';
import type { AgentEvent, FileUseEvent, ProgramEvent, Subject } from './agent-event.ts';

/** Who writes OCSF events. */
export interface OcsfSource {
  /** The product's version. */
  readonly version: string;
  /** Name of the machine. */
  readonly node: string;
}

type Told<Event> = Extract<AgentEvent, Event>;

const SYSTEM_ACTIVITY = 1;
const FILE_ACTIVITY = 1_001;
const PROCESS_ACTIVITY = 1_007;
const REGULAR_FILE = 1;
const UNKNOWN_DEVICE = 0;

const LAUNCH = [1, 'Launch'] as const;
/** It was launched before anybody could say anything about it. */
const RUN = [99, 'Run'] as const;
const USES = { read: [2, 'Read'], write: [3, 'Update'], execute: [99, 'Execute'] } as const;

/** What was done: of the profile security_control. */
const DENIED = {
  severity_id: 4,
  severity: 'High',
  action_id: 2,
  action: 'Denied',
  disposition_id: 2,
  disposition: 'Blocked',
};
const OBSERVED = {
  severity_id: 3,
  severity: 'Medium',
  action_id: 3,
  action: 'Observed',
  disposition_id: 19,
  disposition: 'Alert',
};

/** A program that a policy denies, as an OCSF Process Activity (class 1007). */
export function ocsfProcessActivity(event: Told<ProgramEvent>, source: OcsfSource): object {
  const { executable, parent, alreadyRunning } = event;
  const what = alreadyRunning === true ? 'runs against' : doneTo(event);
  return {
    ...activity(PROCESS_ACTIVITY, 'Process Activity', alreadyRunning === true ? RUN : LAUNCH, event, source),
    message: `${executable} ${what} ${originOf(event)}`,
    // A program takes the place of the one that starts it: the process is the same.
    actor: { process: processOf(parent, event) },
    process: processOf(executable, event),
    unmapped: unmappedOf(event),
  };
}

/** A use of a file that a policy denies, as an OCSF File System Activity (class 1001). */
export function ocsfFileActivity(event: Told<FileUseEvent>, source: OcsfSource): object {
  const { path, access, executable } = event;
  return {
    ...activity(FILE_ACTIVITY, 'File System Activity', USES[access], event, source),
    message: `${path} (${access}) ${doneTo(event)} ${originOf(event)}`,
    actor: { process: processOf(executable, event) },
    file: fileOf(path),
    unmapped: unmappedOf(event),
  };
}

function activity(
  classId: number,
  className: string,
  [id, name]: readonly [number, string],
  { time, policy, event }: Told<FileUseEvent> | Told<ProgramEvent>,
  { version, node }: OcsfSource,
): object {
  return {
    activity_id: id,
    activity_name: name,
    category_uid: SYSTEM_ACTIVITY,
    category_name: 'System Activity',
    class_uid: classId,
    class_name: className,
    type_uid: classId * 100 + id,
    time: Date.parse(time),
    ...(isDenied(event) ? DENIED : OBSERVED),
    is_alert: true,
    metadata: {
      version: OCSF_VERSION,
      profiles: ['container', 'security_control'],
      product: { name: 'Bulkhead', vendor_name: 'Bulkhead', version },
    },
    policy: { name: policy },
    device: { hostname: node, type_id: UNKNOWN_DEVICE, type: 'Unknown' },
  };
}

function processOf(path: string, { pid, user, workloads }: Told<FileUseEvent> | Told<ProgramEvent>): object {
  const [container] = workloads;
  return {
    pid,
    user: { uid: String(user) },
    ...(path !== '' && { file: fileOf(path) }),
    ...(container !== undefined && { container: { name: container.name } }),
  };
}

function fileOf(path: string): object {
  return { name: path.slice(path.lastIndexOf('/') + 1), path, type_id: REGULAR_FILE, type: 'Regular File' };
}

function unmappedOf({ rule, netns, workloads, groups, mode }: { readonly rule?: string } & Subject): object {
  return { ...(rule !== undefined && { rule }), netns, workloads, groups, mode };
}

function isDenied(event: (ProgramEvent | FileUseEvent)['event']): boolean {
  return event === 'process-denied' || event === 'file-denied';
}

function doneTo({ event }: ProgramEvent | FileUseEvent): string {
  return isDenied(event) ? 'was refused by' : 'would be refused by';
}

function originOf({ policy, rule }: ProgramEvent | FileUseEvent): string {
  return `the policy ${policy}${rule === undefined ? ', which wants programs of the image alone' : `, rule ${rule}`}`;
}
