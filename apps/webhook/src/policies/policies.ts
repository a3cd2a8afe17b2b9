import type { AdmissionPolicy } from '@bulkhead/policy';

/** The policies that are in force. */
export interface Policies {
  readonly current: readonly AdmissionPolicy[];
  /** Why nothing can be answered by them yet; nothing when they are known. */
  readonly unknown: string | undefined;
}

/** Names as they stand in events. */
export function namesOf(policies: readonly AdmissionPolicy[]): readonly string[] {
  return policies.map(({ name }) => name).toSorted();
}
