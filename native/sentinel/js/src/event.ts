export type FileAccess = 'read' | 'write' | 'execute';

/** A program or file that a rule set denied. */
export interface SentinelEvent {
  readonly kind: 'process' | 'file';
  /** Of the container, as it was given to `watch`. */
  readonly id: string;
  /** `block`: it was refused. */
  readonly verdict: 'alert' | 'block';
  readonly policy: string;
  /** Absent where the program is not from the image. */
  readonly rule?: string;
  /** As the container sees it. Empty where it has no name that can be told. */
  readonly path: string;
  /** What was asked of a file. */
  readonly access?: FileAccess;
  /** The program that asked; of a program, the one that starts it. */
  readonly executable: string;
  /** As the machine counts them. */
  readonly pid: number;
  readonly uid: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}
