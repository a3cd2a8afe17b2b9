import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPublicKey } from '@bulkhead/core';
import { TestControlPlane } from '@bulkhead/lab';
import { WatchedRegistry } from '@bulkhead/scanner/registry';
import { openStore } from '@bulkhead/store';
import { scanOf, vulnerability } from '@bulkhead/store/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bulkhead } from '../testing/bulkhead.ts';

const { publicKey } = generateKeyPairSync('ed25519');
const PEM = publicKey.export({ type: 'spki', format: 'pem' });
const POLICY = {
  apiVersion: 'bulkhead.io/v1alpha1',
  kind: 'AdmissionPolicy',
  metadata: { name: 'p' },
  spec: {
    mode: 'protect',
    rules: [
      { name: 'findings', vulnerabilities: { severity: 'high', notScanned: 'deny' } },
      { name: 'signed', signatures: { keys: [PEM] } },
      { name: 'based', baseImages: { allow: ['r.example/base'] } },
    ],
  },
};
const [BASE, GOOD, BAD] = ['1', '2', '3'].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string, string];
const SPARE = `sha256:${'9'.repeat(64)}`;

describe('bulkhead admission review --api', { timeout: 120_000 }, () => {
  let folder: string;
  let plane: TestControlPlane;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bulkhead-review-api-'));
    await writeFile(join(folder, 'policy.json'), JSON.stringify(POLICY));
    const store = await openStore({ file: join(folder, 'store.db') });
    await store.registries.add(WatchedRegistry.parse({ name: 'hub', host: 'r.example' }));
    const outcome = readPublicKey(PEM);
    const key = outcome.ok ? outcome.key.fingerprint : '';
    const layers = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`, `sha256:${'c'.repeat(64)}`];
    const images = [
      { repository: 'base', digest: BASE, layers: layers.slice(0, 2), findings: [], verified: [] },
      { repository: 'good', digest: GOOD, layers, findings: [], verified: [key] },
      {
        repository: 'bad',
        digest: BAD,
        layers: layers.slice(1),
        findings: [vulnerability('CVE-1', 'zlib')],
        verified: [],
      },
    ];
    for (const { repository, digest, layers: own, findings, verified } of images) {
      const scan = scanOf('', { findings, layers: own });
      const scanned = { ...scan, image: { ...scan.image, digest } };
      await store.scans.noteTags('hub', repository, [{ tag: '1', digest }], true);
      await store.scans.noteImages(digest, [scanned.image]);
      await store.scans.record(scanned);
      await store.scans.noteSignatures('hub', [{ digest, keys: [key], verified, roots: [], signers: [] }]);
    }
    // More than one portion has.
    const many = Array.from({ length: 250 }, (_, index) => `${SPARE.slice(0, -4)}${String(index).padStart(4, '0')}`);
    for (const digest of many) await store.scans.noteImages(digest, [{ digest, os: 'linux', architecture: 'amd64' }]);
    await store.close();
    await writeFile(join(folder, 'empty.yaml'), '');
    plane = await TestControlPlane.open({
      folder: join(folder, 'api'),
      policyFile: join(folder, 'empty.yaml'),
      store: { file: join(folder, 'store.db') },
    });
    const { body } = await plane.ask('POST', '/api/v1/tokens', { name: 'ci', role: 'ci' });
    await writeFile(join(folder, 'ci'), `${(body as { readonly token: string }).token}\n`);
  }, 300_000);
  afterAll(async () => {
    await plane?.close();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  async function review(image: string, ...words: readonly string[]) {
    const spec = { containers: [{ name: 'app', image }] };
    await writeFile(join(folder, 'pod.json'), JSON.stringify({ apiVersion: 'v1', kind: 'Pod', spec }));
    const all = ['admission', 'review', join(folder, 'pod.json'), '--policy', join(folder, 'policy.json')];
    return bulkhead([...all, '--exit-code', '3', '--api', plane.url, '--ca', plane.caFile, ...words]);
  }

  it('goes by the scans, signatures and bases that the api knows', async () => {
    const token = ['--token-file', join(folder, 'ci')];

    expect(await review('r.example/good:1', ...token)).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('1 allowed'),
    });
    const { status, stdout } = await review(`r.example/bad@${BAD}`, ...token);
    expect(status).toBe(3);
    expect(stdout).toMatch(/p\/based.*is built on none of the images/);
    expect(stdout).toMatch(/p\/findings.*CVE-1/);
    expect(stdout).toMatch(/p\/signed.*has no signature by the key/);
    expect((await review('r.example/unknown:1', ...token)).stdout).toContain('has not been scanned yet');
  });

  it('says what the api said to a token that may not ask, and asks for one', async () => {
    await writeFile(join(folder, 'wrong'), 'none\n');

    expect(await review('r.example/good:1', '--token-file', join(folder, 'wrong'))).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('cannot read what is known of images'),
    });
    expect(await review('r.example/good:1')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('give --token-file with --api'),
    });
  });
});
