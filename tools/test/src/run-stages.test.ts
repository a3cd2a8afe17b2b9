import { describe, expect, it } from 'vitest';

import { runStages } from './run-stages.ts';
import { oneCheck, type Stage, type StageResult } from './stage.ts';

function stage(name: string, run: () => Promise<StageResult>): Stage {
  return { name, title: `the ${name}`, run };
}

async function told(...stages: Stage[]): Promise<{ totals: unknown; said: string }> {
  let said = '';
  const totals = await runStages(stages, (text) => {
    said += text;
  });
  return { totals, said };
}

const GOOD = stage('good', () => Promise.resolve(oneCheck(true, 'all the details')));
const BAD = stage('bad', () => Promise.resolve(oneCheck(false, 'what went wrong')));

describe('runStages', () => {
  it('keeps the output of a stage that passed to itself', async () => {
    const { totals, said } = await told(GOOD);
    expect(totals).toEqual({ passed: 1, failed: 0, skipped: 0 });
    expect(said).toContain('good: the good\n');
    expect(said).not.toContain('all the details');
  });

  it('shows the output of a stage that failed and goes on', async () => {
    const { totals, said } = await told(BAD, GOOD);
    expect(totals).toEqual({ passed: 1, failed: 1, skipped: 0 });
    expect(said).toContain('what went wrong\n');
    expect(said).toContain('good: the good\n');
  });

  it('counts a stage that broke as failed and says how', async () => {
    const { totals, said } = await told(stage('broken', () => Promise.reject(new Error('no such file'))));
    expect(totals).toEqual({ passed: 0, failed: 1, skipped: 0 });
    expect(said).toContain('no such file');
  });

  it('shows what somebody should know of a stage that passed', async () => {
    const { totals, said } = await told(
      stage('noted', () => Promise.resolve({ ...oneCheck(true, ''), notices: ['the registry was not asked'] })),
    );
    expect(totals).toEqual({ passed: 1, failed: 0, skipped: 0 });
    expect(said).toContain('  notice: the registry was not asked\n');
  });

  it('gives the reason of each skip', async () => {
    const skips = [{ test: 'inline', reason: 'not root' }];
    const { totals, said } = await told(
      stage('some', () => Promise.resolve({ passed: 2, failed: 0, skips, output: '' })),
    );
    expect(totals).toEqual({ passed: 2, failed: 0, skipped: 1 });
    expect(said).toContain('  skipped: inline: not root\n');
  });
});
