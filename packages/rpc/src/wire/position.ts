/** Where an agent's events are: ordered by epoch, then by sequence. The first event of an epoch is 1; 0 is before it. */
export interface Position {
  readonly epoch: number;
  readonly sequence: number;
}

/** Whether a position is at or before another. */
export function isUpTo(a: Position, b: Position): boolean {
  return a.epoch < b.epoch || (a.epoch === b.epoch && a.sequence <= b.sequence);
}
