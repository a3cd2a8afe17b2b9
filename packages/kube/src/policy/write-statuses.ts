import { isDeepStrictEqual } from 'node:util';
import type { KubeClient } from '../client/client.ts';
import { policyKind } from '../crd/policy-kinds.ts';
import { asKubeError, type KubeError } from '../error.ts';
import type { FoundStatus } from './policy-object.ts';
import { type Enforcement, policyStatus } from './policy-status.ts';
import type { PolicyState } from './watch-policies.ts';

export interface WriteStatusesOptions {
  readonly states: readonly PolicyState[];
  /** The status that a resource has now, by its file. */
  readonly found: (file: string) => FoundStatus | undefined;
  readonly enforcement: (state: PolicyState) => Enforcement | undefined;
  readonly fieldManager: string;
  readonly now: number;
  readonly signal: AbortSignal;
}

/** Few at a time: a thousand policies are not worth a burst. */
const AT_ONCE = 4;

/**
 * Writes the status of those resources that have another one. To be called by one process of a cluster, the leader, after each change
 * and now and then. Gives the errors; what could not be written is tried again by the next call.
 */
export async function writeStatuses(client: KubeClient, options: WriteStatusesOptions): Promise<readonly KubeError[]> {
  const { states, found, enforcement, fieldManager, now, signal } = options;
  const due = states.flatMap((state) => {
    const before = found(state.file) ?? {};
    const says = enforcement(state);
    const status = policyStatus(state, { found: before, now, ...(says !== undefined && { enforcement: says }) });
    return isWritten(status, before) ? [] : [{ state, status }];
  });
  const errors: KubeError[] = [];
  const queue = due.values();
  const work = async (): Promise<void> => {
    for (const { state, status } of queue) {
      if (signal.aborted) return;
      try {
        await client.patchStatus(policyKind(state.kind), { name: state.name }, status, { fieldManager, signal });
      } catch (error) {
        const known = asKubeError(error, `cannot write the status of ${state.file}`);
        // Removed meanwhile: there is nothing to tell anybody.
        if (known.code !== 'NOT_FOUND' && known.code !== 'ABORTED') errors.push(known);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return errors;
}

function isWritten(status: object, before: FoundStatus): boolean {
  const wanted = Object.fromEntries(Object.entries(status).filter(([, value]) => value !== null));
  const known = Object.fromEntries(Object.entries(before).filter(([key]) => key in status));
  return isDeepStrictEqual(wanted, known);
}
