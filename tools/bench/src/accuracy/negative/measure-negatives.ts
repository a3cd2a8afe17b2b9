import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CaptureSummary, type Finding, inspectCapture } from '@bulkhead/inspector';
import { run } from '@bulkhead/lab';
import { accuracyProgram, EVERY_DETECTOR } from '../judge.ts';
import { FIRST_PORT, HARD_NEGATIVES } from './hard-negatives.ts';

const WRITER = join(import.meta.dirname, 'write-negatives.ts');
/** Detectors that are right about what is in some of the negatives: an IMEI is one. */
const RIGHT = new Set(['imei']);

/** Findings where there is nothing to find. */
export interface NegativeCount {
  readonly bytes: number;
  readonly sessions: number;
  readonly seconds: number;
  /** Sessions with a finding that the shipped sensors block or change. */
  readonly stopped: ReadonlySet<bigint>;
  /** Findings of the shipped sensors in JSON full of identifiers. */
  readonly alerts: number;
  /** Findings of medium confidence or more, by detector and kind of negative, whatever sensor has the detector. */
  readonly byDetector: ReadonlyMap<string, number>;
}

/** Streams generated negatives through the inspector: the generator is a process of its own, and a pipe all that is kept. */
export async function measureNegatives(
  bytes: number,
  seed: number,
  say: (text: string) => void,
): Promise<NegativeCount> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-negatives-'));
  try {
    const path = join(folder, 'pipe');
    await run('mkfifo', [path]);
    const writer = spawn(
      'setpriv',
      ['--pdeathsig', 'TERM', process.execPath, WRITER, path, String(bytes), String(seed)],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    const ended = once(writer, 'close');
    const stopped = new Set<bigint>();
    const byDetector = new Map<string, number>();
    let alerts = 0;
    const started = performance.now();
    const summary: CaptureSummary = await inspectCapture(accuracyProgram(), { path }, { onFindings: count });
    const [code] = (await ended) as [number | null];
    if (code !== 0) throw new Error(`the generator of negatives ended with ${code}`);
    const seconds = (performance.now() - started) / 1000;
    return { bytes: summary.bytes, sessions: summary.sessions, seconds, stopped, alerts, byDetector };

    function count(batch: readonly Finding[]): void {
      for (const finding of batch) {
        const negative = HARD_NEGATIVES[Number(finding.server.split(':').at(-1)) - FIRST_PORT];
        if (finding.sensor !== EVERY_DETECTOR) {
          if (finding.verdict === 'block' || finding.verdict === 'mask') stopped.add(finding.sessionId);
          if (negative?.isIdHeavyJson === true) alerts += 1;
          continue;
        }
        if (RIGHT.has(finding.detector)) continue;
        const name = `${finding.detector} in ${negative?.name ?? 'unknown'}`;
        const before = byDetector.get(name) ?? 0;
        byDetector.set(name, before + 1);
        if (before === 0) say(`  ${name}: ${finding.masked} at ${finding.key === '' ? 'no key' : finding.key}\n`);
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
