import { errorLine, formatCount, printable } from '@bulkhead/core';
import { DEFAULT_SENSORS, dataSensorKind } from '@bulkhead/dlp';
import {
  type Exchanged,
  exportNetworkPolicies,
  exportValidatingAdmissionPolicies,
  formatProblem,
  importNeuvector,
  requirePolicy,
  writeDocuments,
} from '@bulkhead/policy';
import { EXIT_FAILURE, EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';
import { readSources } from './sources.ts';

/** What a policy can be written as. */
export const EXPORT_FORMATS = ['network-policy', 'validating-admission-policy'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Writes network rules as Kubernetes NetworkPolicies, or admission rules as ValidatingAdmissionPolicies, and notes what those do not say. */
export async function exportPolicy(paths: readonly string[], format: ExportFormat, io: Io): Promise<number> {
  const sources = (await Promise.all(paths.map(readSources))).flat();
  const policy = requirePolicy(sources, { kind: dataSensorKind, provided: DEFAULT_SENSORS });
  return writeExchanged(
    format === 'network-policy'
      ? exportNetworkPolicies(policy)
      : exportValidatingAdmissionPolicies(policy.admission, Date.now()),
    io,
  );
}

/** Writes NeuVector's policies as documents of ours, and notes what is not carried over. */
export async function importPolicy(paths: readonly string[], io: Io): Promise<number> {
  const outcome = importNeuvector((await Promise.all(paths.map(readSources))).flat());
  if (outcome.ok) return writeExchanged(outcome, io);
  await writeAll(
    io.stderr,
    outcome.problems.map((problem) => `${errorLine(formatProblem(problem))}\n`),
  );
  return EXIT_FAILURE;
}

async function writeExchanged({ documents, notes }: Exchanged, io: Io): Promise<number> {
  await writeAll(io.stdout, [writeDocuments(documents)]);
  await writeAll(
    io.stderr,
    notes.map((note) => `note: ${printable(note)}\n`),
  );
  await writeAll(io.stderr, [`${formatCount(documents.length, 'document')}, ${formatCount(notes.length, 'note')}\n`]);
  return EXIT_OK;
}
