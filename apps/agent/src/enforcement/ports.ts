import type { ExceptionPolicies, FailurePolicy, Hook } from '@bulkhead/core';
import type { SensorProgramInput } from '@bulkhead/dlp';
import type { ApplicationsInput } from '@bulkhead/inspector';
import type { Firewall } from '@bulkhead/nftables';

/** How traffic of one namespace is met. */
export interface QueueRequest {
  /** Carried by every event of this queue. */
  readonly id: string;
  readonly netns: string;
  readonly queueNumber: number;
  readonly program: SensorProgramInput;
  /** What may be spoken; whatever they like without it. */
  readonly applications?: ApplicationsInput | undefined;
  readonly exceptions: ExceptionPolicies;
  /** Whether packets are kept, so that a blocked session can be written down. */
  readonly capture: boolean;
}

/** The native inspector, as far as enforcement uses it. Every call is synchronous and throws when it cannot be done. */
export interface Inspector {
  /** Answers for a queue: what it says happens to packets. */
  addQueue(request: QueueRequest): void;
  /** Looks at copies of packets: nothing it says can reach the traffic. */
  addTap(request: Omit<QueueRequest, 'queueNumber'>): void;
  setProgram(id: string, program: SensorProgramInput): void;
  /** Judges by other rules what may be spoken. Sessions that were handed over stay so. */
  setApplications(id: string, rules: ApplicationsInput | undefined): void;
  remove(id: string): void;
}

export interface SteeringRequest {
  /** Empty where nothing is led to a queue. */
  readonly hooks: readonly Hook[];
  readonly queueNumber: number;
  readonly onFailure: FailurePolicy;
  /** Who may talk to whom, judged before anything is inspected. */
  readonly firewall?: Firewall;
  /** Stops all traffic, whatever else is asked. */
  readonly quarantine?: boolean;
}

/** What of the rules in a namespace is to stay when others go: those that count its flows, with what they have counted. */
export type Kept = 'counts' | 'nothing';

/** The kernel's rules in one namespace. */
export interface Steering {
  /** Whether flows are counted at all. */
  readonly countsFlows: boolean;
  /** Leads packets to the queue. In force as a whole or not at all; sessions go on. */
  protect(netns: string, request: SteeringRequest): Promise<void>;
  /** Turns the firewall that is in force there into another, and leaves all else. Nothing is changed when it rejects. */
  changeFirewall(netns: string, before: Firewall, after: Firewall): Promise<void>;
  /** Reads what the rules tell until it is closed; `key` says whose it is. Throws when somebody else reads it. */
  openLog(key: string, netns: string): { readonly close: () => void };
  /**
   * Has the kernel count the flows of a namespace, or no longer, where they are not counted at all. Interrupts nothing, and never
   * rejects: whether they are counted now.
   */
  count(netns: string): Promise<boolean>;
  /** Removes what `protect` and `count` made, also by an earlier agent. */
  release(netns: string, kept: Kept): Promise<void>;
  /** Removes rules that nobody answers for any more: an agent that was killed left them. Those of a live one stay. */
  releaseAbandoned(netns: string, kept: Kept): Promise<void>;
}
