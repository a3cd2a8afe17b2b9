import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { captureFinding, compareFindings, type DetectedTraffic, isAlarming } from './finding.ts';
import { jsonLine, jsonReport } from './json.ts';
import { CaptureReport } from './schema.ts';
import { captureTable, textTable } from './summary.ts';
import { renderTable } from './table.ts';

const counts = {
  file: 'a.pcap',
  packets: 3,
  bytes: 1418,
  sessions: 1,
  bytesNotInspected: 7,
  notInspectedReasons: { gap: 7 },
};

describe('jsonReport', () => {
  it('is a report by its own schema', () => {
    const finding = captureFinding(detected({}));

    const text = [...jsonReport([{ counts, findings: [JSON.stringify(finding)] }], [])].join('');

    expect(CaptureReport.parse(JSON.parse(text))).toEqual({
      schemaVersion: 1,
      files: [{ ...counts, findings: [finding] }],
    });
  });

  it('stays valid JSON for any number of files, findings and failures', () => {
    const entry = fc.record({ file: fc.string(), findings: fc.array(fc.string()) });
    fc.assert(
      fc.property(fc.array(entry), fc.array(fc.string(), { maxLength: 3 }), (entries, failed) => {
        const failures = failed.map((file) => ({ file, code: 'X', message: 'broken' }));
        const files = entries.map(({ file, findings }) => ({
          counts: { file },
          findings: findings.map((field) => JSON.stringify({ field })),
        }));

        const report: unknown = JSON.parse([...jsonReport(files, failures)].join(''));

        expect(report).toEqual({
          schemaVersion: 1,
          files: entries.map(({ file, findings }) => ({ file, findings: findings.map((field) => ({ field })) })),
          ...(failures.length > 0 && { errors: failures }),
        });
      }),
    );
  });

  it('never holds more of a report than one finding', () => {
    function* endless(): Generator<string> {
      for (;;) yield '{}';
    }

    const pieces = jsonReport([{ counts: {}, findings: endless() }], []).take(10_000);

    expect(pieces.reduce((longest, piece) => Math.max(longest, piece.length), 0)).toBeLessThan(100);
  });
});

describe('jsonLine', () => {
  it('says what the record is and ends the line', () => {
    expect(jsonLine('file', { file: 'a' })).toBe('{"kind":"file","file":"a"}\n');
  });
});

describe('captureFinding', () => {
  it('names the sensor, not the part of it that the inspector ran', () => {
    expect(captureFinding(detected({ sensor: 'ids#high' })).sensor).toBe('ids');
  });

  it('leaves out what is not for reports', () => {
    expect(Object.keys(captureFinding({ ...detected({}), fingerprint: 1n } as DetectedTraffic))).not.toContain(
      'fingerprint',
    );
  });
});

describe('isAlarming', () => {
  it.each([
    ['allow', false],
    ['alert', true],
    ['mask', true],
    ['block', true],
  ] as const)('of %s is %s', (verdict, expected) => {
    expect(isAlarming({ verdict })).toBe(expected);
  });
});

describe('compareFindings', () => {
  const finding = fc.record({
    packet: fc.nat(3),
    offset: fc.nat(3),
    detector: fc.constantFrom('a', 'b'),
    sensor: fc.constantFrom('x', 'y'),
  });

  it('is a total order: every shuffle sorts alike', () => {
    fc.assert(
      fc.property(fc.array(finding), (findings) => {
        expect(findings.toReversed().toSorted(compareFindings)).toEqual(findings.toSorted(compareFindings));
      }),
    );
  });
});

describe('tables', () => {
  it('show a capture, what could not be inspected, and its findings', () => {
    expect(captureTable(counts, [captureFinding(detected({}))], 3)).toMatchInlineSnapshot(`
      "a.pcap: 3 packets, 1.42 kB, 1 session, 3 findings
        not inspected: 7 B (gap 7 B)
        PACKET  DETECTOR      VALUE             CONFIDENCE  VERDICT  SENSOR         PROTOCOL  FIELD            CLIENT             SERVER
        4       payment-card  411111******1111  high        block    payment-cards  http      body.cardNumber  10.0.0.1:1234  ->  10.0.0.2:80
        and 2 more: --format json or jsonl has them all
      "
    `);
  });

  it('show of a text what could not be looked into, also where its size is not known', () => {
    const notInspectedReasons = { decodeBudget: 9, depthLimit: 0 };
    const text = { file: 'a.txt', bytes: 1418, bytesNotInspected: 9, notInspectedReasons };

    expect(textTable(text, [], 0)).toBe(
      'a.txt: 1.42 kB, 0 findings\n  not inspected: 9 B (decodeBudget 9 B, depthLimit)\n',
    );
    expect(textTable({ ...text, bytesNotInspected: 0, notInspectedReasons: {} }, [], 0)).toBe(
      'a.txt: 1.42 kB, 0 findings\n',
    );
  });

  it('name the encodings that were taken off behind the field', () => {
    const found = captureFinding(detected({ encodings: ['base64', 'percent'] }));

    expect(captureTable(counts, [found], 1)).toContain('  body.cardNumber (base64, percent)  ');
  });

  it('keep hostile text from moving the cursor or filling the screen', () => {
    const table = renderTable(['A'], [[`\u001b[2J${'x'.repeat(500)}`]]);

    expect(table).not.toContain('\u001b');
    expect(table.length).toBeLessThan(200);
  });
});

function detected(over: Partial<DetectedTraffic>): DetectedTraffic {
  return {
    detector: 'payment-card',
    sensor: 'payment-cards',
    confidence: 'high',
    verdict: 'block',
    masked: '411111******1111',
    key: 'cardNumber',
    knownTest: true,
    length: 16,
    subject: 'POST /orders/*',
    timeNs: 1_700_000_000_000_000_000n,
    protocol: 'http',
    field: 'body.cardNumber',
    direction: 'request',
    client: '10.0.0.1:1234',
    server: '10.0.0.2:80',
    packet: 4,
    offset: 15,
    encodings: [],
    ...over,
  };
}
