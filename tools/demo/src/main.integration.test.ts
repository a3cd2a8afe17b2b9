import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LineProcess, run, type StepResult } from '@bulkhead/lab';
import { describe, expect, it } from 'vitest';

const missing = process.getuid?.() === 0 ? undefined : 'not root';
if (missing !== undefined) process.stderr.write(`skipped: the demo: ${missing}\n`);

const MAIN = join(import.meta.dirname, 'main.ts');
/** What a pcapng file begins with. */
const PCAPNG = 0x0a0d0d0a;

async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-demo-test-'));
  try {
    await test(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function namespacesOf(demo: LineProcess): Promise<readonly string[]> {
  const names = await run('ip', ['netns', 'list']);
  return names.split('\n').filter((name) => name.startsWith(`bulkhead-demo-${demo.pid}-`));
}

describe.skipIf(missing !== undefined)('the demo', () => {
  it('shows that every step does what it should, and leaves a report and a capture', () =>
    withFolder(async (folder) => {
      const demo = new LineProcess('demo', undefined, process.execPath, [MAIN, '--output', folder]);

      const code = await demo.ended();
      expect({ code, complaint: code === 0 ? '' : demo.complaint }).toEqual({ code: 0, complaint: '' });

      const report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as {
        readonly isGood: boolean;
        readonly steps: readonly StepResult[];
      };
      expect(report.isGood).toBe(true);
      expect(report.steps.map((step) => [step.name, step.isAsExpected])).toEqual(
        report.steps.map((step) => [step.name, true]),
      );
      expect(report.steps.length).toBeGreaterThan(5);
      const capture = await readFile(join(folder, 'blocked-session.pcapng'));
      expect(capture.readUInt32LE(0)).toBe(PCAPNG);
      expect(capture.includes('POST /orders')).toBe(true);
      expect(await namespacesOf(demo)).toEqual([]);
    }));

  it('cleans up and says so when it is interrupted', () =>
    withFolder(async (folder) => {
      const demo = new LineProcess('demo', undefined, process.execPath, [MAIN, '--output', folder]);
      try {
        while (!demo.complaint.includes('ready in')) await demo.change(20_000);
        expect(await namespacesOf(demo)).toHaveLength(4);
      } finally {
        demo.signal('SIGINT');
      }

      expect(await demo.ended()).toBe(130);
      expect(await namespacesOf(demo)).toEqual([]);
    }));
});
