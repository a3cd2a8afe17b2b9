import { customResourceDefinitions } from '@bulkhead/kube';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { bulkhead } from '../testing/bulkhead.ts';

describe('bulkhead crds', () => {
  it('prints the definitions of all kinds as YAML, written out', () => {
    const { status, stdout } = bulkhead(['crds']);

    expect(status).toBe(0);
    expect(parseAllDocuments(stdout).map((one) => one.toJS() as unknown)).toEqual(
      JSON.parse(JSON.stringify(customResourceDefinitions())),
    );
    expect(stdout).not.toMatch(/ [&*]a\d/);
  });
});
