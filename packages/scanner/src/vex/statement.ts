/** The five reasons VEX knows for "not affected" (OpenVEX 0.2.0, CSAF 2.0 §3.2.3.5). */
export const JUSTIFICATIONS = [
  'component_not_present',
  'vulnerable_code_not_present',
  'vulnerable_code_not_in_execute_path',
  'vulnerable_code_cannot_be_controlled_by_adversary',
  'inline_mitigations_already_exist',
] as const;
export type Justification = (typeof JUSTIFICATIONS)[number];

export type VexStatus = 'not_affected' | 'affected' | 'fixed' | 'under_investigation';

/** Something a statement speaks of, by any of its names; a CPE names a platform. */
export interface VexProduct {
  readonly purl?: string;
  readonly cpe?: string;
  /** Lower-case hexadecimal SHA-256 digests. */
  readonly sha256: readonly string[];
}

/** One statement about one vulnerability, whatever format it came in. */
export interface VexStatement {
  /** Where it stands: the document's id and the position in it. */
  readonly origin: string;
  readonly vulnerabilities: readonly string[];
  readonly status: VexStatus;
  readonly justification?: Justification;
  /** In the words of whoever wrote it. */
  readonly impact?: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** It holds for a package that is one of `products`, or, where there are `components`, for those in a product. */
  readonly claims: readonly VexClaim[];
}

export interface VexClaim {
  readonly product: VexProduct;
  readonly components: readonly VexProduct[];
}
