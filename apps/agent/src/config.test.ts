import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { undocumentedKeys } from '@bulkhead/lab';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AgentConfig } from './config.ts';

const MINIMAL = { policy: ['policy.yaml'], workloads: { netns: true } };

describe('the agent configuration', () => {
  it('needs a policy and a place to find workloads, and has a default for all else', () => {
    expect(AgentConfig.parse(MINIMAL)).toEqual({
      ...MINIMAL,
      threads: 1,
      onStop: 'keep',
      flows: true,
      programs: true,
      files: true,
      sentinel: { enabled: true },
      events: { findings: 'native' },
      queue: 6430,
      metrics: { enabled: true, port: 9430 },
      captures: { folder: 'captures', maxMebibytes: 256, maxDays: 7, ringMebibytes: 8 },
    });
  });

  it('may be headed like every other document', () => {
    const headed = { apiVersion: 'bulkhead.io/v1alpha1', kind: 'AgentConfig', ...MINIMAL };

    expect(AgentConfig.safeParse(headed).success).toBe(true);
    expect(AgentConfig.safeParse({ ...headed, kind: 'WorkloadGroup' }).success).toBe(false);
  });

  it.each([
    ['finds no workload', { ...MINIMAL, workloads: {} }],
    ['has a key nobody knows', { ...MINIMAL, policies: [] }],
    ['names a socket by a relative path', { ...MINIMAL, workloads: { cri: 'containerd.sock' } }],
    ['uses a queue the kernel cannot number', { ...MINIMAL, queue: 65_536 }],
  ])('is refused when it %s', (_what, config) => {
    expect(AgentConfig.safeParse(config).success).toBe(false);
  });

  it('is documented key by key', () => {
    const manual = readFileSync(join(import.meta.dirname, '../../../docs/reference/agent.md'), 'utf8');

    expect(undocumentedKeys(z.toJSONSchema(AgentConfig), manual)).toEqual([]);
  });
});
