import { problemText } from '@bulkhead/core';
import { DEFAULT_SENSORS, dataSensorKind } from '@bulkhead/dlp';
import {
  formatProblem,
  type PolicySnapshot,
  parseSnapshot,
  readPolicy,
  type SensorLanguage,
  snapshotSources,
  sortDocuments,
  withNewerAddresses,
} from '@bulkhead/policy';
import type { PolicyChange } from '../policy/policy-watch.ts';
import { completePolicy } from '../policy/sensor-files.ts';
import type { KeptSnapshot } from './state-folder.ts';

export const LANGUAGE: SensorLanguage = { kind: dataSensorKind, provided: DEFAULT_SENSORS };

export type ReadSnapshot =
  /** `left`: documents that came with later versions, one line each. All others are in force without them. */
  | { readonly ok: true; readonly change: PolicyChange; readonly left: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/** The policy in a snapshot. Whatever is wrong with it, and the inspector's refusals too, are problems. */
export async function readSnapshot({ version, json }: KeptSnapshot): Promise<ReadSnapshot> {
  const parsed = snapshotIn(json);
  if (!parsed.ok) return parsed;
  const { snapshot } = parsed;
  const { known, unknown } = sortDocuments(snapshot);
  const outcome = readPolicy(snapshotSources({ documents: known }), LANGUAGE);
  if (!outcome.ok) return { ok: false, problems: outcome.problems.map(formatProblem) };
  try {
    const policy = await completePolicy(outcome.policy);
    const { members, services, unfollowed } = snapshot;
    const change = { policy, files: [`control plane, ${version}`], members, services, unfollowed };
    return { ok: true, change, left: unknown.map(({ kind, metadata }) => leftOf(kind, metadata.name)) };
  } catch (error) {
    return { ok: false, problems: [error instanceof Error ? error.message : String(error)] };
  }
}

/** What is in force, with the addresses of a snapshot that was refused; nothing where that does not even say these. */
export function refreshed(inForce: KeptSnapshot, refused: KeptSnapshot): KeptSnapshot | undefined {
  const [before, after] = [snapshotIn(inForce.json), snapshotIn(refused.json)];
  if (!before.ok || !after.ok) return undefined;
  return { version: inForce.version, json: JSON.stringify(withNewerAddresses(before.snapshot, after.snapshot)) };
}

function snapshotIn(
  json: string,
):
  | { readonly ok: true; readonly snapshot: PolicySnapshot }
  | { readonly ok: false; readonly problems: readonly string[] } {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { ok: false, problems: ['it is no JSON'] };
  }
  const parsed = parseSnapshot(value);
  return parsed.ok ? { ok: true, snapshot: parsed.value } : { ok: false, problems: parsed.problems.map(problemText) };
}

function leftOf(kind: string, name: string): string {
  return `${kind} ${name}: this agent does not know its kind and does not enforce it; upgrade it to the version of the control plane`;
}
