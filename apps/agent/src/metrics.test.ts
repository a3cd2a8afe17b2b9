import { createMetrics } from '@bulkhead/runtime';
import type { SentinelCounters } from '@bulkhead/sentinel';
import { expect, it } from 'vitest';
import { createAgentMetrics } from './metrics.ts';

const NONE: SentinelCounters = {
  asked: 0,
  denied: 0,
  alerted: 0,
  undecided: 0,
  repeated: 0,
  lost: 0,
  errors: 0,
  containers: 0,
  unwatchedMounts: 0,
};

it('counts what the sentinel counted since the last look, and says how many uses were undecided since', async () => {
  const registry = createMetrics({ processMetrics: false });
  const metrics = createAgentMetrics(registry);

  expect(metrics.sampleSentinel(undefined)).toEqual({ undecided: 0 });
  expect(metrics.sampleSentinel({ ...NONE, asked: 7, undecided: 2, unwatchedMounts: 4 })).toEqual({ undecided: 2 });
  expect(metrics.sampleSentinel({ ...NONE, asked: 9, undecided: 2, denied: 1, unwatchedMounts: 3 })).toEqual({
    undecided: 0,
  });
  const text = await registry.registry.metrics();
  expect(text).toContain('bulkhead_sentinel_questions_total 9\n');
  expect(text).toContain('bulkhead_sentinel_undecided_total 2\n');
  expect(text).toContain('bulkhead_sentinel_denied_total 1\n');
  expect(text).toContain('bulkhead_sentinel_unwatched_mounts 3\n');
});
