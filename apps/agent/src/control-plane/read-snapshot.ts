import { problemText } from '@bulkhead/core';
import { DEFAULT_SENSORS, dataSensorKind } from '@bulkhead/dlp';
import { formatProblem, parseSnapshot, readPolicy, type SensorLanguage, snapshotSources } from '@bulkhead/policy';
import type { PolicyChange } from '../policy/policy-watch.ts';
import { completePolicy } from '../policy/sensor-files.ts';
import type { KeptSnapshot } from './state-folder.ts';

export const LANGUAGE: SensorLanguage = { kind: dataSensorKind, provided: DEFAULT_SENSORS };

export type ReadSnapshot =
  | { readonly ok: true; readonly change: PolicyChange }
  | { readonly ok: false; readonly problems: readonly string[] };

/** The policy in a snapshot. Whatever is wrong with it, and the inspector's refusals too, are problems. */
export async function readSnapshot({ version, json }: KeptSnapshot): Promise<ReadSnapshot> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { ok: false, problems: ['it is no JSON'] };
  }
  const parsed = parseSnapshot(value);
  if (!parsed.ok) return { ok: false, problems: parsed.problems.map(problemText) };
  const outcome = readPolicy(snapshotSources(parsed.value), LANGUAGE);
  if (!outcome.ok) return { ok: false, problems: outcome.problems.map(formatProblem) };
  try {
    const policy = await completePolicy(outcome.policy);
    const { members, services } = parsed.value;
    return { ok: true, change: { policy, files: [`control plane, ${version}`], members, services } };
  } catch (error) {
    return { ok: false, problems: [error instanceof Error ? error.message : String(error)] };
  }
}
