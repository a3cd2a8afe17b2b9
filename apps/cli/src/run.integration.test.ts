import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bulkhead, MAIN } from './testing/bulkhead.ts';
import { captureOf, httpTurns } from './testing/capture.ts';

let folder: string;
let shop: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-cli-'));
  const turns = httpTurns('{"cardNumber":"4111 1111 1111 1111","orderId":"4000000000000002"}', '{"ssn":"219-45-6789"}');
  shop = file('shop.pcap', captureOf(turns));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('dlp inspect as a process', () => {
  it('ends quietly when the reader of its output goes away', async () => {
    const child = spawn(process.execPath, [MAIN, 'dlp', 'inspect', ...Array<string>(50).fill(shop)]);
    child.stdout.destroy();
    let stderr = '';
    child.stderr.on('data', (text: Buffer) => {
      stderr += text.toString();
    });
    const [status] = await new Promise<[number | null]>((resolve) => {
      child.on('close', (code) => resolve([code]));
    });

    expect({ status, error: /error/i.test(stderr) }).toEqual({ status: 0, error: false });
  });

  it('stops on Ctrl-C without a partial report', async () => {
    const child = spawn(process.execPath, [MAIN, 'dlp', 'inspect', '-', '--format', 'json']);
    let stdout = '';
    child.stdout.on('data', (text: Buffer) => {
      stdout += text.toString();
    });
    const ended = new Promise<number | null>((resolve) => {
      child.on('close', (code) => resolve(code));
    });
    // More than a pipe holds: once it is written, the inspector is reading, and the open pipe keeps it waiting.
    const long = captureOf(Array.from({ length: 300 }, () => ({ from: 'client' as const, text: 'x'.repeat(1400) })));
    await new Promise((resolve) => {
      child.stdin.write(long, resolve);
    });
    child.kill('SIGINT');

    expect({ code: await ended, stdout }).toEqual({ code: 130, stdout: '' });
  });
});

describe('dlp bench', () => {
  it('measures the engine against a plain read of the same bytes', () => {
    const { status, stdout } = bulkhead(['dlp', 'bench', shop, '--seconds', '0.1', '--format', 'json']);
    const result = JSON.parse(stdout) as Record<string, number>;

    expect(status).toBe(0);
    expect(Object.keys(result)).toEqual([
      'bytesPerSecond',
      'packetsPerSecond',
      'nsPerPacket',
      'findings',
      'peakRssBytes',
      'memoryReadBytesPerSecond',
    ]);
    for (const value of Object.values(result)) expect(value).toBeGreaterThan(0);
  });
});

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
