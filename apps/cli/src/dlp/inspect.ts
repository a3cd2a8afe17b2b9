import { stat } from 'node:fs/promises';
import {
  type CaptureCounts,
  type CaptureFinding,
  captureFinding,
  captureOcsf,
  captureTable,
  compareFindings,
} from '@bulkhead/dlp';
import { unreadableFile } from '../error.ts';
import { EXIT_FAILURE, EXIT_OK } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { Progress } from '../output/progress.ts';
import { type Format, ReportWriter } from '../output/report-writer.ts';
import { refuseTwoReadersOfStdin, STDIN } from '../stdin.ts';
import { version } from '../version.ts';
import { loadProgram } from './load-sensors.ts';

export interface InspectionOptions {
  readonly sensor: readonly string[];
  readonly format: Format;
  readonly exitCode: number;
}

export interface InspectOptions extends InspectionOptions {
  readonly ignoreChecksums?: boolean;
}

/** Inspects captures one after the other. A file that cannot be inspected does not keep the others from it. */
export async function inspect(files: readonly string[], options: InspectOptions, io: Io): Promise<number> {
  refuseTwoReadersOfStdin(files);
  const { inspectCapture, Program } = await import('@bulkhead/inspector');
  const program = new Program(await loadProgram(options.sensor));
  const product = version();
  const report = new ReportWriter<CaptureCounts, CaptureFinding>(
    { compare: compareFindings, table: captureTable, ocsf: (finding) => captureOcsf(finding, product) },
    options.format,
    io,
  );
  const progress = new Progress(io);

  for (const file of files) {
    const entry = report.open(file);
    try {
      const size = await sizeOf(file);
      const summary = await inspectCapture(program, file === STDIN ? { fd: 0 } : { path: file }, {
        onFindings: (batch) => {
          for (const found of batch) entry.add(captureFinding(found));
        },
        onProgress: (bytesRead) => progress.update(file, bytesRead, size),
        signal: io.signal,
        verifyChecksums: options.ignoreChecksums !== true,
      });
      progress.fileDone(summary.bytes);
      const refused = summary.notInspectedReasons['badChecksum'] ?? 0;
      if (refused * 4 > summary.bytes) io.stderr.write(checksumHint(file));
      await entry.complete({
        file,
        packets: summary.packets,
        bytes: summary.bytes,
        sessions: summary.sessions,
        bytesNotInspected: summary.bytesNotInspected,
        notInspectedReasons: sorted(summary.notInspectedReasons),
      });
    } catch (error) {
      progress.clear();
      io.signal.throwIfAborted();
      await entry.fail(error);
    }
  }

  await report.finish();
  progress.done('inspected', report.findings);
  if (report.failures > 0) return EXIT_FAILURE;
  return report.alarming > 0 ? options.exitCode : EXIT_OK;
}

/** So much of a capture refused is no attack: it was taken before the network card filled the checksums in. */
function checksumHint(file: string): string {
  return `hint: many packets of ${JSON.stringify(file)} have wrong checksums; inspect it again with --ignore-checksums\n`;
}

/** The size of a file as far as it has one. Refuses a folder and what cannot be read. */
export async function sizeOf(file: string): Promise<number | undefined> {
  if (file === STDIN) return undefined;
  const status = await stat(file).catch((cause: unknown) => {
    throw unreadableFile(file, cause);
  });
  if (status.isDirectory()) throw unreadableFile(file, { code: 'EISDIR' });
  return status.isFile() ? status.size : undefined;
}

function sorted(reasons: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(reasons).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
