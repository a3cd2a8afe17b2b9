import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { npmTool, runCommand } from '../command.ts';
import { ROOT } from '../root.ts';
import type { Stage, StageResult } from '../stage.ts';
import { COUNTS_FILE_VARIABLE, type VitestCounts } from '../vitest-reporter.ts';
import { noticedSkips } from './skip-notices.ts';

export const UNIT = vitest('unit', 'vitest: unit and property tests', (file) => !isIntegration(file));
export const INTEGRATION = vitest('integration', 'vitest: real network namespaces, rules and processes', isIntegration);

function vitest(project: string, title: string, belongs: (file: string) => boolean): Stage {
  return { name: project, title, run: () => runProject(project, belongs) };
}

async function runProject(project: string, belongs: (file: string) => boolean): Promise<StageResult> {
  const folder = mkdtempSync(join(tmpdir(), 'bulkhead-test-'));
  const countsFile = join(folder, 'counts.json');
  const expectedFiles = testFiles().filter(belongs).length;
  try {
    const reporter = join(ROOT, 'tools/test/src/vitest-reporter.ts');
    const { code, output } = await runCommand(
      [npmTool('vitest'), 'run', '--project', project, '--reporter=default', `--reporter=${reporter}`],
      { env: { [COUNTS_FILE_VARIABLE]: countsFile } },
    );
    return toResult(readCounts(countsFile), code, output, expectedFiles);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Turns counts into a result; files that were not run, and a failing run that names no failure, are failures. */
export function toResult(
  counts: VitestCounts | undefined,
  code: number,
  output: string,
  expectedFiles: number,
): StageResult {
  const { files, passed, failed, skipped } = counts ?? { files: 0, passed: 0, failed: 0, skipped: [] };
  const notRun = files < expectedFiles;
  const silent = code !== 0 && failed === 0;
  const notices = noticedSkips(output);
  const fallback = notices.length > 0 ? notices.map((notice) => notice.reason).join('; ') : 'no reason given';
  return {
    passed,
    failed: failed + (notRun || silent ? 1 : 0),
    skips: skipped.map(({ test, reason }) => ({ test, reason: reason ?? fallback })),
    output: notRun ? `${output}\nonly ${files} of ${expectedFiles} test files were run\n` : output,
  };
}

function readCounts(file: string): VitestCounts | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as VitestCounts;
  } catch {
    return undefined;
  }
}

function testFiles(): string[] {
  return globSync('{packages,apps,native,tools}/*/{src,js}/**/*.test.ts', { cwd: ROOT });
}

function isIntegration(file: string): boolean {
  return file.endsWith('.integration.test.ts');
}
