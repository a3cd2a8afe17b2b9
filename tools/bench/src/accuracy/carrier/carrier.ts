import type { Datum } from '../datum/datum.ts';
import type { Document } from '../document/document.ts';

/** A real server and a real client that speak one protocol over loopback. */
export interface Carrier {
  readonly name: string;
  /** `encoded` where the protocol's own transfer or compression hides the document's bytes. */
  readonly group: 'plain' | 'encoded';
  /** Names of the kinds of documents it can carry. */
  readonly kinds: readonly string[];
  /** Why it cannot run here; nothing when it can. */
  missing(): string | undefined;
  start(): Promise<RunningCarrier>;
}

export interface RunningCarrier {
  /** On 127.0.0.1, where nobody but `carry` connects once it runs. */
  readonly port: number;
  /** Sends the document over a connection of its own, which is closed when the promise resolves. */
  carry(document: Document, datum: Datum): Promise<void>;
  stop(): Promise<void>;
}
