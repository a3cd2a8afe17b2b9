import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestApi } from '../test-support/test-api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await TestApi.open();
});
afterEach(() => api.close());

describe('bulkhead policy apply', () => {
  it('does not take a folder without documents for a policy, with which --prune would remove everything', async () => {
    const folder = join(api.folder, 'policy');
    await mkdir(folder);
    await writeFile(join(folder, 'shop.yaml.bak'), 'kind: WorkloadGroup\n');

    expect(await api.bulkhead('policy', 'apply', folder, '--prune')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`error: there is nothing to apply: no document is in ${folder}; name files`),
    });
    expect(api.requests).toEqual([]);
  });

  it('has an api keep no pattern that agents could not run', async () => {
    const file = join(api.folder, 'sensor.yaml');
    await writeFile(file, SENSOR);

    expect(await api.bulkhead('policy', 'apply', file)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error: sensor twice: pattern 'same' cannot be matched in a stream/),
    });
    expect(api.requests).toEqual([]);
  });
});

const SENSOR = `
apiVersion: bulkhead.io/v1alpha1
kind: DataSensor
metadata: { name: twice }
spec:
  patterns: [{ id: same, pattern: '(a+)\\1' }]
  action: block
`;
