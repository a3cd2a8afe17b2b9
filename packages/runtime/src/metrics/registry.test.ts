import perfHooks from 'node:perf_hooks';
import { expect, it, vi } from 'vitest';
import { createMetrics } from './registry.ts';

it('looks at how late the event loop is seldom, since each look wakes an idle process', async () => {
  const monitor = vi.spyOn(perfHooks, 'monitorEventLoopDelay');

  const { registry } = createMetrics();

  expect(monitor.mock.calls).toEqual([[{ resolution: 100 }]]);
  expect(await registry.metrics()).toContain('nodejs_eventloop_lag_p99_seconds');
});
