import { expect, it } from 'vitest';
import { requireInspection } from './inspection.ts';

const ABLE = { avx2: true, root: true, nfqueue: true, nfqueueReason: '' };
const UNABLE = { ...ABLE, nfqueue: false, nfqueueReason: 'packet queues: the kernel has none' };

function policy(mode: 'monitor' | 'protect'): Parameters<typeof requireInspection>[1] {
  const group = { name: 'web', description: '', selector: {}, mode, sensors: [], hooks: [] } as const;
  return { groups: [{ ...group, onFailure: 'open', exceptions: {}, capture: false }] };
}

it('refuses to protect without packet queues, and says which groups want it', () => {
  expect(() => requireInspection(UNABLE, policy('protect'))).toThrow(
    expect.objectContaining({ code: 'MISSING_CAPABILITY', fix: expect.stringContaining('web') }),
  );
});

it('monitors without packet queues', () => {
  expect(requireInspection(UNABLE, policy('monitor'))).toBeUndefined();
});

it('gives notice of a processor without AVX2, and goes on', () => {
  expect(requireInspection({ ...ABLE, avx2: false }, policy('protect'))).toMatch(/^notice: .*AVX2/);
});
