import type { PolicyDocument } from '../compile/snapshot.ts';

/** Something to know before what was learnt is applied. */
export interface LearningNote {
  /** `warning` for what may cut traffic that nobody saw. */
  readonly kind: 'note' | 'warning';
  /** The group that it is about. */
  readonly group?: string;
  readonly text: string;
}

/** A document with what is known beside it, for who reviews it. */
export interface LearntDocument {
  readonly document: PolicyDocument;
  /** Lines at its head. */
  readonly head: readonly string[];
  /** Lines above parts of it, by their paths. */
  readonly comments: readonly { readonly path: readonly (string | number)[]; readonly text: string }[];
}

export interface LearntNetwork {
  /** Rule sets by the names of their groups, then groups that are proposed since rules name them. */
  readonly documents: readonly LearntDocument[];
  readonly notes: readonly LearningNote[];
}
