import type { PolicyDocument } from '../compile/snapshot.ts';

/** What can be learnt of workloads. */
export const LEARNT_KINDS = ['network', 'programs', 'files'] as const;
export type LearntKind = (typeof LEARNT_KINDS)[number];

/** Something to know before what was learnt is applied. */
export interface LearningNote {
  /** `warning` for what may cut or refuse what nobody saw. */
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

/** What was learnt of some groups. */
export interface LearntDocuments {
  /** By the names of the groups, then groups that are proposed since rules name them. */
  readonly documents: readonly LearntDocument[];
  readonly notes: readonly LearningNote[];
}
