import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AdmissionReport } from '@bulkhead/policy';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bulkhead } from '../testing/bulkhead.ts';

const EXAMPLE = fileURLToPath(new URL('../../../../examples/policies/admission.yaml', import.meta.url));
const POD = `apiVersion: v1
kind: Pod
metadata: { name: a, namespace: shop }
spec: { containers: [{ name: app, image: nginx }] }
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-admission-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('bulkhead admission review', () => {
  it('names the rule, the container, the line and the fix, and exits with the code that was asked for', () => {
    const result = bulkhead(['admission', 'review', write('pod.yaml', POD), '--policy', EXAMPLE, '--exit-code', '3']);

    expect(result.status).toBe(3);
    expect(result.stdout).toContain('deny: shop/our-registry, line 4: container app: image nginx');
    expect(result.stdout).toContain('fix: Push the image to registry.example.com');
    expect(result.stderr).toBe('1 object reviewed: 1 denied, 0 warned of, 0 allowed\n');
  });

  it('reads standard input, and prints one document that keeps to its schema', () => {
    const { status, stdout } = bulkhead(
      ['admission', 'review', '-', '--policy', EXAMPLE, '--namespace', 'shop', '--format', 'json'],
      Buffer.from(POD.replace(', namespace: shop', '')),
    );

    expect(status).toBe(0);
    expect(AdmissionReport.parse(JSON.parse(stdout))).toMatchObject({ verdict: 'deny', objects: [{ file: '-' }] });
  });

  it('fails where something could not be looked at, whatever the rest', () => {
    const bad = write('bad.yaml', 'apiVersion: v1\nkind: Pod\nmetadata: { name: x }\n');
    const result = bulkhead(['admission', 'review', bad, '--policy', EXAMPLE, '--exit-code', '3']);

    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/^error: .*bad\.yaml:1: document 1: Pod\/x has no pod: its spec is missing\n/);
  });

  it.each([
    ['a policy with mistakes', POD, 'spec: 1', 'the policy has'],
    ['no policy', POD, '', 'there is no policy to review by'],
    ['no manifest', '', undefined, 'there is nothing to review'],
  ])('refuses %s in one line', (_, manifest, policy, message) => {
    const rules = policy === undefined ? EXAMPLE : write('policy.yaml', policy);
    const result = bulkhead(['admission', 'review', write('pod.yaml', manifest), '--policy', rules]);

    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/^error: [^\n]+\n$/);
    expect(result.stderr).toContain(message);
    expect(result.stdout).toBe('');
  });
});

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}
