import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bulkhead, captureReport, findingsOf } from '../testing/bulkhead.ts';
import { captureOf, httpTurns } from '../testing/capture.ts';
import { harmlessOrders } from '../testing/specimens.ts';

let folder: string;
let shop: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-cli-'));
  const turns = httpTurns('{"cardNumber":"4111 1111 1111 1111","orderId":"4000000000000002"}', '{"ssn":"219-45-6789"}');
  shop = file('shop.pcap', captureOf(turns));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('dlp inspect', () => {
  it('finds what travels in clear, masked, and says where', () => {
    const { status, stdout, stderr } = bulkhead(['dlp', 'inspect', shop, '--format', 'json']);
    const report = captureReport({ stdout });

    expect({ status, stderr: stderr.replace(/[\d.]+ s$/m, 'N s') }).toEqual({
      status: 0,
      stderr: 'inspected 1 file, 566 B, 2 findings in N s\n',
    });
    expect(report.files).toMatchObject([
      {
        file: shop,
        packets: 8,
        sessions: 1,
        bytesNotInspected: 0,
        findings: [
          {
            detector: 'payment-card',
            sensor: 'payment-cards',
            verdict: 'block',
            masked: '411111******1111',
            protocol: 'http1',
            field: 'body.cardNumber',
            direction: 'request',
            client: '10.0.0.1:40000',
            server: '10.0.0.2:8080',
            packet: 4,
          },
          { detector: 'us-ssn', sensor: 'us-social-security', verdict: 'mask', direction: 'response', packet: 5 },
        ],
      },
    ]);
    expect(stdout).not.toContain('4111 1111');
    expect(stdout).not.toContain('219-45');
  });

  it('exits with the code asked for when there are findings, and with 0 when there are none', () => {
    const quiet = file('quiet.pcap', captureOf(httpTurns('{"orderId":"4000000000000002"}', '{}')));

    expect(bulkhead(['dlp', 'inspect', shop, '--exit-code', '7']).status).toBe(7);
    expect(bulkhead(['dlp', 'inspect', quiet, '--exit-code', '7']).status).toBe(0);
  });

  it('stops no ordinary numbers: the default sensors have nothing to say about a million bytes of ids', () => {
    const turns = httpTurns('{}', harmlessOrders(3000, 20_261_121)).flatMap(({ from, text }) =>
      Array.from({ length: Math.ceil(text.length / 1400) }, (_, index) => ({
        from,
        text: text.slice(index * 1400, (index + 1) * 1400),
      })),
    );
    const ids = file('ids.pcap', captureOf(turns));

    const result = bulkhead(['dlp', 'inspect', ids, '--format', 'json', '--exit-code', '3']);

    expect(findingsOf(result).slice(0, 3)).toEqual([]);
    expect(result.status).toBe(0);
    expect(captureReport(result).files[0]).toMatchObject({ bytesNotInspected: 0 });
  });

  it('inspects the others when a file among them is broken, and does not hide the broken one', () => {
    const broken = file('broken.pcap', Buffer.from('this is no capture at all, whatever its name says'));

    const { status, stdout, stderr } = bulkhead([
      'dlp',
      'inspect',
      broken,
      shop,
      '--format',
      'json',
      '--exit-code',
      '7',
    ]);
    const report = captureReport({ stdout });

    expect(status).toBe(1);
    expect(stderr.split('\n')[0]).toMatch(/^error: .*broken\.pcap.*; /);
    expect(report.files.map((entry) => entry.file)).toEqual([shop]);
    expect(report.errors).toMatchObject([{ file: broken }]);
  });

  it('writes nothing to standard output when nothing could be inspected', () => {
    const { status, stdout, stderr } = bulkhead(['dlp', 'inspect', join(folder, 'absent.pcap'), '--format', 'json']);

    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^error: cannot read ".*absent\.pcap": there is no such file; check the path/);
  });

  it('says so when a capture ends in the middle of a packet, and still reports nothing of it as whole', () => {
    const bytes = readFileSync(shop);
    const cut = file('cut.pcap', bytes.subarray(0, bytes.length - 10));

    const { status, stdout, stderr } = bulkhead(['dlp', 'inspect', cut, '--format', 'json']);

    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^error: [^\n]*cut\.pcap[^\n]*\n/);
  });

  it('reads a gzip-compressed capture and standard input alike', () => {
    const zipped = file('shop.pcap.gz', gzipSync(readFileSync(shop)));

    const direct = findingsOf(bulkhead(['dlp', 'inspect', shop, '--format', 'json']));
    expect(findingsOf(bulkhead(['dlp', 'inspect', zipped, '--format', 'json']))).toEqual(direct);
    expect(findingsOf(bulkhead(['dlp', 'inspect', '-', '--format', 'json'], readFileSync(shop)))).toEqual(direct);
  });

  it('hints at --ignore-checksums when a capture was taken before checksums were filled in, and then looks inside', () => {
    const bytes = readFileSync(shop);
    // The two packets with a payload: their TCP checksums are 36 bytes into the IP packet.
    for (const text of ['POST', 'HTTP/1.1 200']) bytes.writeUInt16BE(0, bytes.indexOf(text) - 4);
    const offloaded = file('offloaded.pcap', bytes);

    const refused = bulkhead(['dlp', 'inspect', offloaded, '--format', 'json']);
    expect(findingsOf(refused)).toEqual([]);
    expect(refused.stderr).toContain('hint: many packets of');

    expect(findingsOf(bulkhead(['dlp', 'inspect', offloaded, '--format', 'json', '--ignore-checksums']))).toHaveLength(
      2,
    );
  });

  it('prints one record a line with jsonl', () => {
    const { stdout } = bulkhead(['dlp', 'inspect', shop, '--format', 'jsonl']);
    const records = stdout.trimEnd().split('\n').map(parse);

    expect(records.map((record) => (record as { kind: string }).kind)).toEqual(['finding', 'finding', 'file']);
    expect(records.at(-1)).toMatchObject({ file: shop, packets: 8 });
  });

  it('prints the same output for the same input', () => {
    const once = bulkhead(['dlp', 'inspect', shop]);

    expect(bulkhead(['dlp', 'inspect', shop]).stdout).toBe(once.stdout);
    expect(once.stdout).toContain('411111******1111');
  });

  it('looks for what the sensors of a file name, and for nothing else', () => {
    const sensor = file(
      'sensor.yaml',
      `apiVersion: bulkhead.io/v1alpha1
kind: DataSensor
metadata: { name: orders }
spec:
  literals: [{ id: order-field, literal: 'ORDERID', caseInsensitive: true }]
  action: alert
`,
    );

    const { stdout } = bulkhead(['dlp', 'inspect', shop, '--sensor', sensor, '--format', 'json']);

    expect(captureReport({ stdout }).files[0]?.findings).toMatchObject([
      { detector: 'order-field', sensor: 'orders', verdict: 'alert' },
    ]);
  });

  it('names every problem of a sensor file before it inspects anything', () => {
    const sensor = file(
      'bad.yaml',
      'apiVersion: bulkhead.io/v1alpha1\nkind: DataSensor\nmetadata: { name: x }\nspec: {}\n',
    );

    const { status, stdout, stderr } = bulkhead(['dlp', 'inspect', shop, '--sensor', sensor]);

    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^error: [^\n]*bad\.yaml:4[^\n]*spec\.action[^\n]*\n$/);
  });
});

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function parse(text: string): unknown {
  return JSON.parse(text);
}
