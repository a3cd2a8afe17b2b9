import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Progress } from './progress.ts';

describe('Progress', () => {
  it('redraws one line at a terminal and takes it away at the end', () => {
    const { progress, written } = create(true);

    progress.update('a.pcap', 500, 1000);
    progress.fileDone(1000);
    progress.done('inspected', 2);

    expect(written()).toMatch(
      /^<clear>a\.pcap {2}\[#{10}-{10}\] {2}50 % {2}500 B of 1\.00 kB<clear>inspected 1 file, 1\.00 kB, 2 findings in [\d.]+ s\n$/,
    );
  });

  it('writes one line and nothing else where nobody watches', () => {
    const { progress, written } = create(false);

    progress.update('a.pcap', 500, 1000);
    progress.fileDone(1000);
    progress.done('inspected', 1);

    expect(written()).toMatch(/^inspected 1 file, 1\.00 kB, 1 finding in [\d.]+ s\n$/);
  });

  it('keeps quiet when no file could be looked into: the errors have said it', () => {
    const { progress, written } = create(false);

    progress.done('inspected', 0);

    expect(written()).toBe('');
  });
});

function create(isTTY: boolean) {
  const stderr = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY });
  const io = { stdout: new PassThrough(), stderr, signal: new AbortController().signal };
  return { progress: new Progress(io), written: () => String(stderr.read() ?? '').replaceAll('\r\u001b[K', '<clear>') };
}
