export type Side = 'client' | 'server';

/** What two programs said to each other over one connection, in the order it was seen. */
export interface RecordedSession {
  readonly turns: readonly Turn[];
}

export interface Turn {
  readonly from: Side;
  readonly bytes: Buffer;
}
