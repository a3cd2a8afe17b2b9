/**
 * Why something could not be looked at. `corrupt`: it contradicts its own format; `too-large` and `limit`: a bound of
 * ours; `unsupported`: a format or version that is not read; `unreadable`: the source did not give it; `encrypted`;
 * `unresolved`: it names a version that is not in it, or that has no order; `no-advisories`: nothing to compare it with.
 */
export const GAP_CODES = [
  'corrupt',
  'too-large',
  'limit',
  'unsupported',
  'unreadable',
  'encrypted',
  'unresolved',
  'no-advisories',
] as const;
export type GapCode = (typeof GAP_CODES)[number];

/** Something that could not be looked at. A result with gaps is partial: "found nothing" is not "could not look". */
export interface Gap {
  readonly code: GapCode;
  /** What could not be read and why, in one line. */
  readonly message: string;
  readonly path?: string;
  readonly reader?: string;
  readonly layer?: string;
}
