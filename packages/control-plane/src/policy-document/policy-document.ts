import type { Page, PageRequest } from '../page.ts';

/** A document of the policy language as it is in force. */
export interface PolicyDocument {
  readonly kind: string;
  readonly name: string;
  /** Of the whole policy when this document was last changed. Rises with every change. */
  readonly version: number;
  readonly document: Readonly<Record<string, unknown>>;
  readonly changedBy: string;
  readonly changedAt: string;
}

/** One change: `before` is absent for a document that was new, `after` for one that is gone. */
export interface PolicyChange {
  readonly version: number;
  readonly kind: string;
  readonly name: string;
  readonly by: string;
  readonly at: string;
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
}

/** What is to hold for one document from now on; without a document it is deleted. */
export interface WantedPolicyDocument {
  readonly kind: string;
  readonly name: string;
  readonly document?: Readonly<Record<string, unknown>> | undefined;
}

/** All documents, and the version of the whole. */
export interface PolicySet {
  readonly version: number;
  readonly documents: readonly PolicyDocument[];
}

export interface PolicyDocumentStore {
  /** Of all documents together. */
  version(): Promise<number>;
  /** By kind and name. */
  all(): Promise<PolicySet>;
  get(kind: string, name: string): Promise<PolicyDocument | undefined>;
  /** By kind and name. */
  list(filter: { readonly kind?: string | undefined }, page: PageRequest): Promise<Page<PolicyDocument>>;
  /**
   * Changes documents, all or none, if the whole still has the version that the change was judged by. Documents that are
   * already as wanted are no change. Gives the version of the whole afterwards.
   */
  change(
    wanted: readonly WantedPolicyDocument[],
    made: { readonly by: string; readonly at: string; readonly basedOn: number },
  ): Promise<{ readonly outcome: 'changed' | 'unchanged' | 'conflict'; readonly version: number }>;
  /** The latest first. */
  history(
    filter: { readonly kind?: string | undefined; readonly name?: string | undefined },
    page: PageRequest,
  ): Promise<Page<PolicyChange>>;
}
