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

  describe('by reports of scans', () => {
    const FINDINGS = EXAMPLE.replace('admission.yaml', 'admission-findings.yaml');
    const log4j = {
      kind: 'vulnerability',
      id: 'CVE-2021-44228',
      severity: 'critical',
      fixedVersions: ['2.15.0'],
      package: { name: 'log4j-core', version: '2.14.1' },
      kev: {},
      published: '2021-12-10T00:00:00Z',
    };
    const review = (document: object, image = ''): ReturnType<typeof bulkhead> => {
      const pod = write('pod.yaml', POD.replace('shop', 'production'));
      const scan = `${image}${write('report.json', JSON.stringify(document))}`;
      const words = ['--policy', FINDINGS, '--scan-report', scan, '--exit-code', '3'];
      return bulkhead(['admission', 'review', pod, ...words]);
    };

    it('names what an image must not have, and the fix', () => {
      const result = review(report('nginx', { findings: [log4j] }));

      expect(result.status).toBe(3);
      expect(result.stdout).toContain('deny: findings/exploited, line 4: container app: image nginx');
      expect(result.stdout).toContain('CVE-2021-44228 (log4j-core 2.14.1, critical, exploited, fixed in 2.15.0)');
      expect(result.stdout).toContain('fix: Update log4j-core 2.14.1 to 2.15.0 in the image');
    });

    it('lets in what has nothing of it, and takes no report for that of another image', () => {
      expect(review(report('nginx:latest', {}))).toMatchObject({ status: 0, stdout: expect.stringMatching(/^allow/) });
      expect(review(report('other', {}))).toMatchObject({
        status: 3,
        stdout: expect.stringContaining(
          'image nginx has not been scanned yet (no report of it was given); try again later',
        ),
      });
      expect(review(report('archive.tar', {}), 'nginx=').status).toBe(0);
    });

    it('knows by their reports what an image is built on', () => {
      const policy = EXAMPLE.replace('admission.yaml', 'admission-base-images.yaml');
      const reportOf = (name: string, ...diffIds: readonly string[]): string => {
        const document = report(name, {}) as { readonly subject: { readonly image: object } };
        const image = {
          ...document.subject.image,
          digest: `sha256:${String(diffIds.length).repeat(64)}`,
          layers: diffIds.map((diffId) => ({ diffId })),
        };
        const subject = { ...document.subject, image };
        return write(`${diffIds.length}.json`, JSON.stringify({ ...document, subject }));
      };
      const pod = write('pod.yaml', POD.replace('shop', 'storefront'));
      const reviewed = (...reports: readonly string[]): number | null => {
        const words = reports.flatMap((file) => ['--scan-report', file]);
        return bulkhead(['admission', 'review', pod, '--policy', policy, '--exit-code', '3', ...words]).status;
      };
      const base = reportOf('registry.example.com/base/node:26', 'sha256:a');

      expect(reviewed(base, reportOf('nginx', 'sha256:a', 'sha256:b'))).toBe(0);
      expect(reviewed(base, reportOf('nginx', 'sha256:x', 'sha256:b', 'sha256:a'))).toBe(3);
      expect(reviewed(base)).toBe(3);
    });

    it('does not take silence about secrets for their absence', () => {
      const result = review(report('nginx', { scanners: ['vuln'] }));

      expect(result.stdout).toContain(
        'warn: findings/no-secrets, line 4: container app: image nginx was not scanned for secrets',
      );
    });

    it.each([
      ['a report that leaves findings out', report('nginx', { hidden: 2 }), 'it leaves out 2 findings'],
      ['one of a folder', { ...report('nginx', {}), subject: { kind: 'filesystem', name: '.' } }, 'must be an image'],
      ['another document', {}, 'as the report of a scan: schemaVersion'],
    ])('refuses %s in one line', (_, document, message) => {
      const result = review(document);

      expect(result.status).toBe(1);
      expect(result.stderr).toMatch(/^error: [^\n]+\n$/);
      expect(result.stderr).toContain(message);
    });
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

function report(name: string, over: object): object {
  const config = { digest: '', os: 'linux', architecture: 'amd64', env: [], labels: {} };
  return {
    schemaVersion: 1,
    subject: { kind: 'image', name, image: { name, digest: `sha256:${'1'.repeat(64)}`, config, layers: [] } },
    scanners: ['vuln', 'secret'],
    findings: [],
    gaps: [],
    ...over,
  };
}
