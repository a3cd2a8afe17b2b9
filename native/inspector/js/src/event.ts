import type { Confidence, Direction, Encoding, Protocol, TrafficException, Verdict } from './names.ts';

/** The conversation that an event belongs to. */
export interface SessionFacts {
  /** Since the epoch. */
  readonly timeNs: bigint;
  /** Position in the capture, or a running number of the queue or tap. */
  readonly packet: number;
  readonly direction: Direction;
  readonly protocol: Protocol;
  /** Such as `10.0.0.1:1234` or `[::1]:80`; empty for an exception of no session. */
  readonly client: string;
  readonly server: string;
  readonly sessionId: bigint;
  /** Id of the queue or tap; empty for a capture. */
  readonly source: string;
}

/** A datum in a text. The datum itself is never told: `masked` is all there is of it. */
export interface TextFinding {
  readonly detector: string;
  readonly sensor: string;
  readonly confidence: Confidence;
  readonly verdict: Verdict;
  readonly masked: string;
  /** Structural key in front of the datum (JSON, form, header, XML); empty without one. */
  readonly key: string;
  /** Of the first byte, in the field: of an encoded datum, where its encoded form begins. */
  readonly offset: number;
  /** Of the datum as written, separators and encoding included. */
  readonly length: number;
  /** What was taken off within the field to find it, from the outermost on; mostly empty. */
  readonly encodings: readonly Encoding[];
  readonly knownTest: boolean;
}

/** What is said of a text: what was found, and what could not be looked at. */
export interface ScannedText {
  readonly findings: readonly TextFinding[];
  /** Bytes that were not inspected, by reason; 0 where their number is not known. Empty when all were. */
  readonly notInspected: Readonly<Partial<Record<TrafficException, number>>>;
}

/** A datum in traffic, and what was done about it. */
export interface Finding extends SessionFacts, TextFinding {
  /** Where it stood: `body.cardNumber`, `head.authorization`, `body`, `stream`, … */
  readonly field: string;
  /**
   * What the session was about: method and path of a request (`POST /orders/*`), the shape of a statement
   * (`INSERT INTO t VALUES (?, ?)`), a command. Without values; empty where the protocol has none.
   */
  readonly subject: string;
}

export interface ExceptionEvent extends SessionFacts {
  readonly kind: 'exception';
  readonly exception: TrafficException;
  readonly bytesNotInspected: number;
  readonly verdict: Verdict;
}

export interface EncryptedSession {
  /** SNI, where the client sent one in clear; else empty. */
  readonly serverName: string;
  /** `1.3` and the like, as negotiated; empty when it is not TLS. */
  readonly tlsVersion: string;
}

/** A session was proven encrypted and left to the kernel. */
export interface SessionOffloadedEvent extends SessionFacts, EncryptedSession {
  readonly kind: 'session-offloaded';
}

/** A session was ended because of what it carried. */
export interface SessionBlockedEvent extends SessionFacts {
  readonly kind: 'session-blocked';
}

/** A session speaks what a rule about applications does not allow. */
export interface ApplicationDeniedEvent extends SessionFacts {
  readonly kind: 'application-denied';
  readonly transport: 'tcp' | 'udp';
  /** The id of the rule, or of the direction that is closed. */
  readonly rule: number;
  /** `block`: the session is ended where the inspector is in its way; `alert`: the rule is only tried. */
  readonly verdict: Verdict;
}

export type InspectorEvent =
  | (Finding & { readonly kind: 'finding' })
  | ExceptionEvent
  | ApplicationDeniedEvent
  | SessionOffloadedEvent
  | SessionBlockedEvent;
