import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RegistryServer, registryMissing, startRegistry } from '@bulkhead/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bulkhead } from '../testing/bulkhead.ts';

const MISSING = registryMissing();
if (MISSING !== undefined) process.stderr.write(`skipped: images by way of a mirror: ${MISSING}\n`);

const folder = mkdtempSync(join(tmpdir(), 'bulkhead-places-'));
afterAll(() => rmSync(folder, { recursive: true }));

const image = (...words: string[]): ReturnType<typeof bulkhead> =>
  bulkhead(['image', ...words, '--scanners', 'secret', '--cache-dir', join(folder, 'cache')]);

describe.skipIf(MISSING)('an image', () => {
  let registry: RegistryServer;
  beforeAll(async () => {
    registry = await startRegistry();
    await registry.push('apps/shop', '1', { 'etc/os-release': 'ID=debian\nVERSION_ID="12"\n' });
  });
  afterAll(() => registry.remove());

  it('is taken from the first mirror that has it', () => {
    const from = (...hosts: string[]): string[] => hosts.flatMap((host) => ['--mirror', `registry.invalid=${host}`]);

    expect(image('registry.invalid/apps/shop:1', ...from('127.0.0.1:1', registry.host))).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('registry.invalid/apps/shop:1'),
    });
    expect(image('registry.invalid/apps/shop:1', ...from('127.0.0.1:1'))).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^error: the registry registry\.invalid cannot be reached: .*; .*\n$/),
    });
  });
});

describe('an image of containerd', () => {
  it('is asked for at the socket that is named', () => {
    const socket = join(folder, 'none.sock');

    expect(image('shop:1', '--containerd', socket)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(new RegExp(`^error: [^\\n]*${socket}[^\\n]*\\n$`)),
    });
    expect(image('shop:1', '--containerd', socket, '--input', 'a.tar')).toMatchObject({
      status: 1,
      stderr: 'error: the image is named twice; give --input or --containerd, not both\n',
    });
  });
});
