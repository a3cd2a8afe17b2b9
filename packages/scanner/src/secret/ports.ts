import type { SecretMatch } from '../reader/fact.ts';

/** A secret in a text. The secret itself is never told: `masked` is all there is of it. */
export interface FoundSecret extends Omit<SecretMatch, 'line'> {
  /** Of its first byte in the text. */
  readonly offset: number;
  /** A value that documentation uses, and no secret. */
  readonly knownTest: boolean;
}

/** Finds secrets in bytes: the inspector, behind this port, since a domain package imports no native code. */
export interface SecretScanner {
  /** Ids of the detectors it looks with. */
  readonly detectors: readonly string[];
  /** What is said of each of some whole texts, in their order, with one call for all of them. */
  scan(texts: readonly Uint8Array[]): readonly ScannedForSecrets[];
  /** Looks into one text that is too large to hold, in pieces; how it is cut changes nothing. */
  open(): SecretScan;
}

export interface SecretScan {
  /** The secrets that these bytes complete. They may have begun in earlier ones. */
  scan(bytes: Uint8Array): readonly FoundSecret[];
  end(): ScannedForSecrets;
}

/** What is said of a text at its end. */
export interface ScannedForSecrets {
  readonly findings: readonly FoundSecret[];
  /** Reasons for which something in it could not be looked into. Empty when all was. */
  readonly notInspected: Readonly<Record<string, unknown>>;
}
