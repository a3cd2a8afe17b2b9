import { existsSync, globSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspectCapture } from '@bulkhead/inspector';
import { run } from '@bulkhead/lab';
import { accuracyProgram, EVERY_DETECTOR } from '../judge.ts';

const CAPTURES = join(import.meta.dirname, '../../../../../../shared/pcaps');
const PACKS = ['deepflow-l7', 'http-evader-half'];

/** What the shipped sensors did to other people's captures, none of which holds a card or a social security number. */
export interface CaptureCount {
  readonly captures: number;
  readonly bytes: number;
  readonly sessions: number;
  /** Sessions that would have been blocked or changed, by capture. */
  readonly stopped: readonly string[];
}

/** Why there are no captures to inspect; nothing when there are. */
export function capturesMissing(): string | undefined {
  return existsSync(CAPTURES) ? undefined : `there are no shared captures beside the project (${CAPTURES})`;
}

/** Inspects the shared captures, and those of the packs. Checksums do not count: many were taken on a sender. */
export async function measureCaptures(): Promise<CaptureCount> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-captures-'));
  try {
    for (const pack of PACKS) await run('tar', ['-xzf', join(CAPTURES, `${pack}.tar.gz`), '-C', folder]);
    const paths = [CAPTURES, folder].flatMap((from) => globSync(`${from}/**/*.{pcap,pcapng}`)).toSorted();
    const program = accuracyProgram();
    const stopped = new Set<string>();
    let [bytes, sessions] = [0, 0];
    for (const path of paths) {
      const summary = await inspectCapture(
        program,
        { path },
        {
          verifyChecksums: false,
          onFindings(batch) {
            for (const { sensor, verdict, sessionId } of batch) {
              const isStopped = sensor !== EVERY_DETECTOR && (verdict === 'block' || verdict === 'mask');
              if (isStopped) stopped.add(`${path} ${sessionId}`);
            }
          },
        },
      );
      bytes += summary.bytes;
      sessions += summary.sessions;
    }
    return { captures: paths.length, bytes, sessions, stopped: [...stopped] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
