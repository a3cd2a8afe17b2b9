import { describe, expect, it } from 'vitest';
import type { LearntFlow } from './flow.ts';
import { joinAddresses } from './join-addresses.ts';
import { learnInSteps, learnNetwork } from './learn-network.ts';
import { writePathRules } from './path-rules.ts';
import { finished, mapped } from './steps.ts';

describe('learning in steps', () => {
  const group = {
    name: 'web',
    description: '',
    selector: { names: ['web'] },
    mode: 'discover',
    sensors: [],
    hooks: [],
    onFailure: 'fail-open',
    exceptions: {},
    capture: false,
  } as const;

  const flowsOf = (count: number): readonly LearntFlow[] =>
    Array.from({ length: count }, (_, at) => ({
      client: { kind: 'address', address: `10.${at >> 16}.${(at >> 8) & 0xff}.${at & 0xff}` },
      server: { kind: 'workload', name: 'web', groups: ['web'] },
      seenBy: ['server'],
      protocol: 'tcp',
      port: 1 + (at % 7),
      verdict: 'allow',
      sessions: 1,
      firstSeen: '2026-11-20T09:00:00.000Z',
      lastSeen: '2026-11-27T09:00:00.000Z',
    }));

  it('has the more steps the more flows there are, and learns the same as at once', () => {
    const input = (count: number) => ({ groups: [group as never], ruleSets: [], flows: flowsOf(count) });
    const stepsOf = (count: number): number => [...learnInSteps(input(count))].length;
    expect(stepsOf(20_000) - stepsOf(10_000)).toBeGreaterThanOrEqual(30);
    expect(finished(learnInSteps(input(3_000)))).toEqual(learnNetwork(input(3_000)));
  });

  it('has more steps also where paths are long', () => {
    const used = (length: number) =>
      Array.from({ length: 1_000 }, (_, at) => ({ path: `/${'*'.repeat(length)}${at}`, count: 1, lastSeen: '' }));
    const words = { path: ['file', 'files'], use: 'write', does: 'is written' } as const;
    const stepsOf = (length: number): number => [...writePathRules(used(length), words)].length;
    expect(stepsOf(4_000) - stepsOf(1)).toBeGreaterThanOrEqual(30);
  });

  it('makes the same of many things as of few', () => {
    const numbers = Array.from({ length: 5_000 }, (_, at) => at);
    expect(finished(mapped(numbers, (at) => at * 2))).toEqual(numbers.map((at) => at * 2));
    expect(joinAddresses(numbers.map((at) => `10.0.${at >> 8}.${at & 0xff}`))).toEqual([
      '10.0.0.0/20',
      '10.0.16.0/23',
      '10.0.18.0/24',
      '10.0.19.0/25',
      '10.0.19.128/29',
    ]);
  });
});
