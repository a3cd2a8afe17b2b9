/**
 * What kind of datum a detector finds. A `secret` has a form that gives it away anywhere; a `credential` is told by its
 * place in a protocol and so is found in traffic alone; so is `traffic`, which is about how a session is carried.
 */
export type DetectorCategory = 'payment' | 'identity' | 'health' | 'contact' | 'secret' | 'credential' | 'traffic';

/**
 * How much a detector's own check proves. `checksum`: of random values of the right shape at most one in 97 passes;
 * `weak-checksum`: about one in ten passes; `shape`: there is no checksum, context decides; `anchored`: the value
 * starts with a literal that stands for itself, or stands where a protocol has such a value.
 */
export type DetectorStrength = 'checksum' | 'weak-checksum' | 'shape' | 'anchored';

export interface DetectorDescription {
  /** Stable: policies and reports name it. */
  readonly id: string;
  readonly title: string;
  readonly category: DetectorCategory;
  readonly strength: DetectorStrength;
  /** What is matched and checked, in words. */
  readonly rule: string;
  /** Who defines the format. */
  readonly norm: string;
  /** How a finding shows the datum; made from a published test value. */
  readonly example: string;
}
