import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CaptureReport } from '@bulkhead/dlp';

/** The command line's entry, for tests that start it themselves. */
export const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

/** Runs the real command line in a process of its own. */
export function bulkhead(args: readonly string[], input = Buffer.alloc(0)): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8', input, maxBuffer: 64 * 1024 * 1024 });
}

/** What a JSON report on captures says, checked against its schema. */
export function captureReport({ stdout }: { readonly stdout: string }): CaptureReport {
  return CaptureReport.parse(JSON.parse(stdout));
}

/** The findings of every file of a JSON report. */
export function findingsOf(result: { readonly stdout: string }) {
  return captureReport(result).files.flatMap((entry) => entry.findings);
}
