import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bulkhead } from '../testing/bulkhead.ts';

const EXAMPLES = fileURLToPath(new URL('../../../../examples/policies/', import.meta.url));

describe('bulkhead policy test', () => {
  it('holds the policies of the examples to their tests', () => {
    const { status, stdout, stderr } = bulkhead(['policy', 'test', EXAMPLES]);

    expect(stderr).toBe('21 cases: 0 failed\n');
    expect(stdout).toContain('ok      shop/the card reader may see its device\n');
    expect(status).toBe(0);
  });

  it('says that policies without tests were not tested', () => {
    const { status, stderr } = bulkhead(['policy', 'test', `${EXAMPLES}admission.yaml`]);

    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: there is nothing to test: no PolicyTest is in [^\n]+\n$/);
  });
});
