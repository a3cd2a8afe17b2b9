import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { benchCaptures } from './bench.ts';
import { type CaptureInput, type CaptureSummary, inspectCapture } from './capture.ts';
import type { Finding } from './event.ts';
import { postCapture } from './testing/post-capture.ts';
import { programWith, TEST_CARD } from './testing/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'bulkhead-inspector-'));
afterAll(() => rmSync(folder, { recursive: true }));

const program = programWith({});
const withCard = postCapture(`{"cardNumber": "${TEST_CARD}"}`);

describe('inspectCapture', () => {
  it('finds a card in an HTTP body and tells the conversation', async () => {
    const { summary, findings } = await inspect({ path: file('card.pcap', withCard) });

    expect(summary).toMatchObject({ packets: 4, sessions: 1, findings: 1, bytesNotInspected: 0 });
    expect(findings).toMatchObject([
      {
        kind: 'finding',
        detector: 'payment-card',
        field: 'body.cardNumber',
        protocol: 'http1',
        direction: 'request',
        client: '10.0.0.1:40000',
        server: '10.0.0.2:8080',
        packet: 4,
        masked: '411111******1111',
      },
    ]);
  });

  it('reads a gzip-compressed capture', async () => {
    const { findings } = await inspect({ path: file('card.pcap.gz', gzipSync(withCard)) });

    expect(findings).toHaveLength(1);
  });

  it('reads from a descriptor, and leaves it open', async () => {
    const fd = openSync(file('fd.pcap', withCard), 'r');

    const { findings } = await inspect({ fd });

    expect(findings).toHaveLength(1);
    expect(() => closeSync(fd)).not.toThrow();
  });

  it('finds nothing where there is nothing', async () => {
    const { summary, findings } = await inspect({ path: file('clean.pcap', postCapture('{"orderId": 17}')) });

    expect(findings).toEqual([]);
    expect(summary.findings).toBe(0);
  });

  it('delivers what it found before the point where a capture is cut, then rejects', async () => {
    const cut = Buffer.concat([withCard, withCard.subarray(24, 24 + 30)]);
    const findings: Finding[] = [];

    const inspection = inspectCapture(
      program,
      { path: file('cut.pcap', cut) },
      { onFindings: (batch) => findings.push(...batch) },
    );

    await expect(inspection).rejects.toThrow(
      expect.objectContaining({ code: 'TRUNCATED_CAPTURE', message: expect.stringContaining('after 4 whole packets') }),
    );
    expect(findings).toHaveLength(1);
  });

  it.each`
    what                      | bytes                                 | code
    ${'text'}                 | ${Buffer.from('once upon a time …')}  | ${'NOT_A_CAPTURE'}
    ${'an empty file'}        | ${Buffer.alloc(0)}                    | ${'NOT_A_CAPTURE'}
    ${'an unknown link type'} | ${withLinkType(withCard, 105)}        | ${'UNSUPPORTED_LINK_TYPE'}
    ${'an impossible length'} | ${withLength(withCard, 0x7fff_ffff)}  | ${'CORRUPT_CAPTURE'}
    ${'cut gzip data'}        | ${gzipSync(withCard).subarray(0, 60)} | ${'TRUNCATED_CAPTURE'}
  `('rejects $what with $code', async ({ bytes, code }) => {
    const inspection = inspect({ path: file('bad.pcap', bytes) });

    await expect(inspection).rejects.toThrow(expect.objectContaining({ name: 'InspectorError', code }));
  });

  it('rejects a file that is not there', async () => {
    await expect(inspect({ path: join(folder, 'absent.pcap') })).rejects.toThrow(
      expect.objectContaining({ code: 'UNREADABLE_CAPTURE', message: expect.stringContaining('No such file') }),
    );
  });

  it('stops with the reason of an aborted signal', async () => {
    const many = Buffer.concat([withCard, ...Array.from({ length: 20_000 }, () => withCard.subarray(24))]);
    const controller = new AbortController();
    const inspection = inspectCapture(
      program,
      { path: file('many.pcap', many) },
      { signal: controller.signal, onFindings: () => controller.abort(new Error('enough')) },
    );

    await expect(inspection).rejects.toThrow('enough');
  });

  it('rejects with what a callback threw', async () => {
    const onFindings = (): void => {
      throw new Error('no room for findings');
    };

    const inspection = inspectCapture(program, { path: file('card.pcap', withCard) }, { onFindings });

    await expect(inspection).rejects.toThrow('no room for findings');
  });
});

describe('benchCaptures', () => {
  it('measures the engine and a plain read of the same bytes', async () => {
    const result = await benchCaptures(program, [file('card.pcap', withCard)], 0.05);

    expect(result.findings).toBe(1);
    for (const rate of [result.bytesPerSecond, result.packetsPerSecond, result.memoryReadBytesPerSecond])
      expect(rate).toBeGreaterThan(0);
    expect(result.nsPerPacket).toBeCloseTo(1e9 / result.packetsPerSecond);
  });

  it('names the file that cannot be read', async () => {
    const absent = join(folder, 'absent.pcap');

    await expect(benchCaptures(program, [absent], 1)).rejects.toThrow(
      expect.objectContaining({ code: 'UNREADABLE_CAPTURE', message: expect.stringContaining(absent) }),
    );
  });
});

async function inspect(input: CaptureInput): Promise<{ summary: CaptureSummary; findings: Finding[] }> {
  const findings: Finding[] = [];
  const summary = await inspectCapture(program, input, { onFindings: (batch) => findings.push(...batch) });
  return { summary, findings };
}

function file(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

function withLinkType(capture: Buffer, linkType: number): Buffer {
  const changed = Buffer.from(capture);
  changed.writeUInt32LE(linkType, 20);
  return changed;
}

function withLength(capture: Buffer, length: number): Buffer {
  const changed = Buffer.from(capture);
  changed.writeUInt32LE(length, 24 + 8);
  return changed;
}
