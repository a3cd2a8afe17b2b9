import { describe, expect, it } from 'vitest';

import { selectStages } from './select-stages.ts';
import { oneCheck, type Stage } from './stage.ts';

const STAGES: Stage[] = ['format', 'unit', 'fuzz'].map((name) => ({
  name,
  title: name,
  run: () => Promise.resolve(oneCheck(true, '')),
}));

function selected(...args: string[]): unknown {
  const selection = selectStages(args, STAGES);
  return selection.kind === 'run' ? selection.stages.map((stage) => stage.name) : selection;
}

describe('selectStages', () => {
  it('takes every stage without a word', () => {
    expect(selected()).toEqual(['format', 'unit', 'fuzz']);
  });

  it('keeps the order of the stages, not that of the words', () => {
    expect(selected('--only', 'fuzz,format')).toEqual(['format', 'fuzz']);
  });

  it('names the stage that does not exist', () => {
    expect(selected('--only=unit,lnit')).toEqual({ kind: 'wrong', message: 'there is no stage "lnit"' });
  });

  it.each([['--ony=unit'], ['unit'], ['--only']])('refuses %s', (arg) => {
    expect(selected(arg)).toMatchObject({ kind: 'wrong' });
  });
});
