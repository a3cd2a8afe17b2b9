import type { Confidence, Direction, Mode, TrafficException, Verdict } from '@bulkhead/core';
import type { FileAccess, FlowDirection } from '@bulkhead/policy';

/** One workload as events name it. */
export interface WorkloadName {
  readonly name: string;
  readonly namespace?: string;
  readonly pod?: string;
}

/** Whose traffic an event is about. */
export interface Subject {
  /** The network namespace. */
  readonly netns: string;
  readonly workloads: readonly WorkloadName[];
  readonly groups: readonly string[];
  readonly mode: Mode;
}

/** A session's ends and what it speaks. */
export interface SessionName {
  readonly sessionId: string;
  readonly protocol: string;
  readonly client: string;
  readonly server: string;
}

/** What the agent says on standard output, one line each. The names are API. */
export type AgentEvent = { readonly time: string } & (
  | { readonly event: 'agent-started'; readonly version: string; readonly pid: number; readonly metrics?: string }
  | {
      readonly event: 'agent-stopped';
      readonly problems: readonly string[];
      /** What became of the rules in the kernel. */
      readonly rules: 'kept' | 'released';
    }
  | {
      readonly event: 'policy-loaded';
      readonly files: readonly string[];
      readonly groups: number;
      readonly sensors: number;
    }
  | { readonly event: 'policy-rejected'; readonly problems: readonly string[] }
  | { readonly event: 'discovery-failed'; readonly problem: string }
  | {
      readonly event: 'control-plane';
      readonly state: 'connected' | 'disconnected' | 'refused';
      readonly problem?: string;
    }
  | ({
      readonly event: 'workload-protected';
      readonly sensors: readonly string[];
      readonly onFailure?: string;
      /** Rule sets that are about it; absent where none is. */
      readonly ruleSets?: readonly string[];
      readonly quarantined?: true;
    } & Subject)
  | ({ readonly event: 'workload-released'; readonly problem?: string } & Subject)
  | ({ readonly event: 'workload-failed'; readonly problem: string } & Subject)
  | ({ readonly event: 'finding' } & FindingDetails & Partial<SessionName> & Partial<Subject>)
  | ({
      readonly event: 'exception';
      readonly exception: TrafficException;
      readonly bytesNotInspected: number;
      readonly verdict: Verdict;
    } & Partial<SessionName> &
      Partial<Subject>)
  | ({
      readonly event: 'session-offloaded';
      readonly serverName?: string;
      readonly tlsVersion?: string;
    } & Partial<SessionName> &
      Partial<Subject>)
  | ({ readonly event: 'session-blocked' } & Partial<SessionName> & Partial<Subject>)
  | ({
      readonly event: 'capture-written';
      readonly file: string;
      readonly bytes: number;
      readonly sessionId: string;
    } & Partial<Subject>)
  | ({
      /** By a command. */
      readonly event: 'capture-written';
      readonly file: string;
      readonly bytes: number;
      readonly packets: number;
      readonly lost: number;
      readonly full: boolean;
    } & Partial<Subject>)
  | ({ readonly event: 'capture-failed'; readonly problem: string } & Partial<Subject>)
  /** By a command: the packages in the root of a container, or of the node. */
  | ({
      readonly event: 'scan-written';
      readonly scan: string;
      readonly file: string;
      readonly bytes: number;
      readonly packages: number;
      readonly gaps: number;
      readonly files: number;
    } & Partial<Subject>)
  | ({ readonly event: 'scan-failed'; readonly scan: string; readonly problem: string } & Partial<Subject>)
  /** By a ResponseRule of policy files. */
  | ({ readonly event: 'quarantined'; readonly rule: string; readonly reason: string } & Partial<Subject>)
  | { readonly event: 'quarantine-ended'; readonly rule: string; readonly netns: string }
  | {
      readonly event: 'response-rule-stopped';
      readonly rule: string;
      readonly atMost: number;
      readonly within: string;
    }
  | FlowEvent
  | FlowsEvent
  | ProgramsEvent
  | FilesEvent
  | ({
      readonly event: 'container-protected';
      /** Policies about programs and files that it is held to. */
      readonly policies: readonly string[];
    } & Subject)
  | ({ readonly event: 'container-released' } & Subject)
  | ProgramEvent
  | FileUseEvent
  /** Uses of programs and files that have no name that can be told, and were judged without one. */
  | { readonly event: 'uses-undecided'; readonly count: number }
  | { readonly event: 'events-lost'; readonly count: number }
);

/** What a rule of the firewall did with a flow, or would have done. */
export type FlowEvent = {
  readonly event: 'flow-denied' | 'flow-alerted' | 'flow-allowed';
  readonly direction: FlowDirection;
  /** More than one only where no rule allowed the flow in a direction that all of these close. */
  readonly ruleSets: readonly string[];
  /** Absent where no rule allowed the flow. */
  readonly rule?: string;
  readonly protocol: string;
  readonly client: string;
  readonly server: string;
  readonly port?: number;
  /** What is spoken, where that decided. */
  readonly application?: string;
  /** Packets that were told of since the last event of this flow; of a flood the kernel tells only some. */
  readonly count: number;
} & Subject;

/** A flow, and how much of it there was: sessions that began, and bytes of its packets both ways. */
export interface CountedFlow {
  /** Who opened it: somebody elsewhere, or the workload. */
  readonly direction: FlowDirection;
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  /** The address at the other end; a prefix where many of them are summed up. */
  readonly peer: string;
  /** The server's; none of ICMP. */
  readonly port?: number;
  /** What was spoken, where that is known. */
  readonly application?: string;
  /** The name by which the workload looked the peer up. */
  readonly domain?: string;
  /** `alert`: rules that are only tried would have denied it. */
  readonly verdict: 'allow' | 'alert' | 'block';
  readonly sessions: number;
  readonly bytes: number;
  /** The peer is the node itself. */
  readonly node?: true;
}

/** Who talked to a namespace, and with whom it talked, as the kernel has counted. */
export type FlowsEvent = {
  readonly event: 'flows';
  /** What is told was seen since then. */
  readonly since: string;
  /** The namespace's own. */
  readonly addresses: readonly string[];
  readonly flows: readonly CountedFlow[];
  /** Packets of flows that found no room, in no flow of any event. */
  readonly notCounted?: number;
} & Subject;

/** A program that was run, and how often. */
export interface CountedProgram {
  /** Path as the container sees it. */
  readonly executable: string;
  /** The number of the user who ran it, as the node counts them; absent where it had ended before that could be told. */
  readonly user?: number;
  /** Whether its file is one that the image brought, as it brought it; absent where that cannot be told. */
  readonly fromImage?: boolean;
  /** `alert`: rules that are only tried would have refused it. */
  readonly verdict: 'allow' | 'alert' | 'block';
  readonly count: number;
}

/** What was run in a container, whatever its policy says. The subject is that one container. */
export type ProgramsEvent = {
  readonly event: 'programs';
  /** What is told was seen since then. */
  readonly since: string;
  /** At most 256. */
  readonly programs: readonly CountedProgram[];
  /** Programs that were run and found no room, in no line of any event. */
  readonly notCounted?: number;
} & Subject;

/** A file that was written, and how often. */
export interface CountedFile {
  /** Path as the container sees it. */
  readonly path: string;
  /** Any file below the path: so many were written there that they are told as one. */
  readonly folder?: true;
  /** The program that wrote; absent where that could not be told any more. */
  readonly executable?: string;
  readonly access: 'write';
  /** `alert`: rules that are only tried would have refused it. */
  readonly verdict: 'allow' | 'alert' | 'block';
  readonly count: number;
}

/** What was written in a container, whatever its policy says. The subject is that one container. */
export type FilesEvent = {
  readonly event: 'files';
  /** What is told was seen since then. */
  readonly since: string;
  /** At most 256. */
  readonly files: readonly CountedFile[];
  /** Files that were written and found no room, in no line of any event. */
  readonly notCounted?: number;
} & Subject;

/** Whose rule an event about a program or a file goes back to. */
interface RuleOrigin {
  readonly policy: string;
  /** Absent where the policy wants programs of the image alone, and no rule speaks of it. */
  readonly rule?: string;
}

/** Who did it. */
interface ActingProcess {
  /** As the node counts them. */
  readonly pid: number;
  readonly user: number;
}

/** A program that a policy denies: it was refused, or would have been. */
export type ProgramEvent = {
  readonly event: 'process-denied' | 'process-alerted';
  /** Path as the container sees it. */
  readonly executable: string;
  /** The program that ran it; empty where that is not known. */
  readonly parent: string;
  /** It ran before it could be refused, and goes on. */
  readonly alreadyRunning?: true;
} & RuleOrigin &
  ActingProcess &
  Subject;

/** A use of a file that a policy denies: it was refused, or would have been. */
export type FileUseEvent = {
  readonly event: 'file-denied' | 'file-alerted';
  /** As the container sees it. */
  readonly path: string;
  readonly access: FileAccess;
  /** The program that asked. */
  readonly executable: string;
} & RuleOrigin &
  ActingProcess &
  Subject;

export interface FindingDetails {
  readonly detector: string;
  readonly sensor: string;
  readonly confidence: Confidence;
  readonly verdict: Verdict;
  /** The datum, masked. What was found never leaves the inspector. */
  readonly masked: string;
  readonly field: string;
  /** Method and path, shape of a statement or command, without values; empty where there is none. */
  readonly subject: string;
  /** Of the first byte of the datum in the decoded field. */
  readonly offset: number;
  /** Bytes of the datum as written. */
  readonly length: number;
  readonly direction: Direction;
  readonly knownTest: boolean;
  /** What was taken off within the field to find it, from the outermost on; mostly empty. */
  readonly encodings: readonly string[];
}

/** Omits `time` from each member, which a plain Omit of a union would not do. */
type WithoutTime<Event> = Event extends unknown ? Omit<Event, 'time'> : never;
export type NewAgentEvent = WithoutTime<AgentEvent>;
