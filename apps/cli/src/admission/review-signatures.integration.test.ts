import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSigstore, type RegistryServer, registryMissing, startRegistry } from '@bulkhead/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bulkhead } from '../testing/bulkhead.ts';

const missing = registryMissing();
if (missing !== undefined) process.stderr.write(`reviews by signatures are not tested: ${missing}\n`);

describe.skipIf(missing !== undefined)('bulkhead admission review --verify-signatures', { timeout: 60_000 }, () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  let registry: RegistryServer;
  let folder: string;

  beforeAll(async () => {
    registry = await startRegistry();
    folder = await mkdtemp(join(tmpdir(), 'bulkhead-signed-'));
    const policy = {
      apiVersion: 'bulkhead.io/v1alpha1',
      kind: 'AdmissionPolicy',
      metadata: { name: 'signed' },
      spec: {
        mode: 'protect',
        rules: [{ name: 'ours', signatures: { keys: [publicKey.export({ type: 'spki', format: 'pem' })] } }],
      },
    };
    await writeFile(join(folder, 'policy.json'), JSON.stringify(policy));
  }, 60_000);
  afterAll(async () => {
    await registry?.remove();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  async function review(image: string, ...more: readonly string[]) {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a' },
      spec: { containers: [{ name: 'app', image: `${registry.host}/${image}` }] },
    };
    await writeFile(join(folder, 'pod.json'), JSON.stringify(pod));
    const words = ['admission', 'review', join(folder, 'pod.json'), '--policy', join(folder, 'policy.json')];
    return bulkhead([...words, '--exit-code', '3', ...more]);
  }

  it('lets in what the key has signed, by tag and by digest, and denies what it has not', async () => {
    const digest = await registry.push('shop/web', '1', { a: 'web' });
    expect(await review('shop/web:1', '--verify-signatures')).toMatchObject({
      status: 3,
      stdout: expect.stringMatching(/deny: signed\/ours.*has no signature by the key sha256:/),
    });

    await registry.sign('shop/web', digest, generateKeyPairSync('ed25519').privateKey);
    expect((await review('shop/web:1', '--verify-signatures')).status).toBe(3);
    await registry.sign('shop/web', digest, privateKey);
    for (const image of ['shop/web:1', `shop/web@${digest}`]) {
      expect(await review(image, '--verify-signatures')).toMatchObject({
        status: 0,
        stderr: expect.stringContaining('1 allowed'),
      });
    }
  });

  it('lets in what somebody has signed without a key, and names who has signed in their place', async () => {
    const sigstore = await createSigstore();
    const digest = await registry.push('shop/job', '1', { a: 'job' });
    await registry.sign('shop/job', digest, (payload) => sigstore.signSimple(payload));
    const reviewBy = async (subjectPattern: string) => {
      const keyless = [{ issuer: 'https://issuer.example.com', subjectPattern, trustRoot: 'house' }];
      const spec = {
        mode: 'protect',
        trustRoots: [{ name: 'house', content: sigstore.document }],
        rules: [{ name: 'released', signatures: { keyless } }],
      };
      const policy = {
        apiVersion: 'bulkhead.io/v1alpha1',
        kind: 'AdmissionPolicy',
        metadata: { name: 'keyless' },
        spec,
      };
      await writeFile(join(folder, 'keyless.json'), JSON.stringify(policy));
      const words = ['admission', 'review', join(folder, 'pod.json'), '--policy', join(folder, 'keyless.json')];
      return bulkhead([...words, '--verify-signatures', '--exit-code', '3']);
    };
    await review('shop/job:1');

    expect((await reviewBy('*@example.com')).status).toBe(0);
    expect(await reviewBy('*@example.org')).toMatchObject({
      status: 3,
      stdout: expect.stringContaining('but by builder@example.com (https://issuer.example.com)'),
    });
  });

  it('denies what it was not told to ask about, and what is not there', async () => {
    const digest = await registry.push('shop/api', '1', { a: 'api' });
    await registry.sign('shop/api', digest, privateKey);

    expect(await review('shop/api:1')).toMatchObject({
      status: 3,
      stdout: expect.stringContaining('were not held against the key'),
    });
    expect((await review('shop/api:2', '--verify-signatures')).status).toBe(3);
  });
});
