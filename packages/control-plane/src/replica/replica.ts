/** A process of the control plane. Those that share a store find each other in it. */
export interface Replica {
  readonly id: string;
  /** Goes up as long as the process is there. What counts is that it does: clocks are not compared. */
  readonly beat: number;
}

export interface ReplicaStore {
  /** Says that a process is there still. `new` when nobody knew: it is the first time, or others took it for gone. */
  beat(id: string): Promise<'new' | 'known'>;
  /** By id. */
  list(): Promise<readonly Replica[]>;
  /** Forgets a process that is gone: its agents are connected to nobody, and what it was asked is not answered. */
  remove(id: string, at: string): Promise<void>;
}
