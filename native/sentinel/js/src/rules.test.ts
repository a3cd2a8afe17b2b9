import { describe, expect, it } from 'vitest';
import { type ContainerRules, checkRules, type ProcessRule } from './rules.ts';

const rule = (executables: readonly string[]): ProcessRule => ({ name: 'r', action: 'deny', executables });

function rulesOf(rules: readonly ProcessRule[], sets = 1): ContainerRules {
  const set = { policy: 'p', enforced: true, onlyFromImage: false, rules };
  return { process: Array.from({ length: sets }, () => set), file: [] };
}

const INVALID = expect.objectContaining({ name: 'SentinelError', code: 'INVALID_RULES' });

describe('checkRules', () => {
  it('takes what policies can have', () => {
    expect(() => checkRules({ process: [], file: [] })).not.toThrow();
    expect(() => checkRules(rulesOf(Array.from({ length: 500 }, () => rule(Array(128).fill('/bin/*')))))).not.toThrow();
    expect(() => checkRules(rulesOf([rule([`/${'a'.repeat(4_095)}`])]))).not.toThrow();
  });

  it('refuses more than can be held', () => {
    expect(() => checkRules(rulesOf([], 257))).toThrow(INVALID);
    expect(() => checkRules(rulesOf(Array.from({ length: 8_193 }, () => rule([]))))).toThrow(INVALID);
    expect(() => checkRules(rulesOf([rule(Array(65_537).fill('*'))]))).toThrow(INVALID);
    expect(() => checkRules(rulesOf([rule([`/${'a'.repeat(4_096)}`])]))).toThrow(INVALID);
    expect(() => checkRules(rulesOf([{ ...rule(['*']), parents: ['a'.repeat(4_097)] }]))).toThrow(INVALID);
  });
});
