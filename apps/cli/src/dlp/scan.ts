import { createReadStream } from 'node:fs';
import { compareFindings, type TextCounts, type TextFinding, textFinding, textTable } from '@bulkhead/dlp';
import { unreadableFile } from '../error.ts';
import { EXIT_FAILURE, EXIT_OK } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { Progress } from '../output/progress.ts';
import { ReportWriter } from '../output/report-writer.ts';
import { refuseTwoReadersOfStdin, STDIN, standardInput } from '../stdin.ts';
import { type FoundFile, walk } from './files.ts';
import type { InspectionOptions } from './inspect.ts';
import { loadProgram } from './load-sensors.ts';

/** Bytes handed to the inspector at once: large enough for its speed, small enough for memory. */
const CHUNK_BYTES = 1024 * 1024;

/** Runs the detectors over files and text that are no captures, in bounded memory. */
export async function scan(paths: readonly string[], options: InspectionOptions, io: Io): Promise<number> {
  refuseTwoReadersOfStdin(paths);
  const { Program, Scanner } = await import('@bulkhead/inspector');
  const program = new Program(await loadProgram(options.sensor));
  const shape = { compare: compareFindings, table: textTable };
  const report = new ReportWriter<TextCounts, TextFinding>(shape, options.format, io);
  const progress = new Progress(io);

  for await (const found of filesUnder(paths)) {
    io.signal.throwIfAborted();
    const { file } = found;
    const entry = report.open(file);
    if ('error' in found) {
      await entry.fail(found.error);
      continue;
    }
    try {
      const scanner = new Scanner(program);
      let bytes = 0;
      for await (const chunk of read(file, io.signal)) {
        for (const finding of scanner.scan(chunk)) entry.add(textFinding(finding));
        bytes += chunk.length;
        progress.update(file, bytes, found.size);
      }
      const { findings, notInspected } = scanner.end();
      for (const finding of findings) entry.add(textFinding(finding));
      progress.fileDone(bytes);
      const bytesNotInspected = Object.values(notInspected).reduce((sum, part) => sum + part, 0);
      await entry.complete({ file, bytes, bytesNotInspected, notInspectedReasons: notInspected });
    } catch (error) {
      progress.clear();
      io.signal.throwIfAborted();
      await entry.fail(error);
    }
  }

  await report.finish();
  progress.done('scanned', report.findings);
  if (report.failures > 0) return EXIT_FAILURE;
  return report.alarming > 0 ? options.exitCode : EXIT_OK;
}

async function* filesUnder(paths: readonly string[]): AsyncGenerator<FoundFile> {
  for (const path of paths) {
    if (path === STDIN) yield { file: STDIN };
    else yield* walk(path);
  }
}

async function* read(file: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  if (file === STDIN) {
    yield* standardInput(signal);
    return;
  }
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES, signal })) yield chunk as Uint8Array;
  } catch (cause) {
    signal.throwIfAborted();
    throw unreadableFile(file, cause);
  }
}
