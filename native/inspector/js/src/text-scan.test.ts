import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Program } from './program.ts';
import { programWith, TEST_CARD } from './testing/program.ts';
import { Scanner, scanBytes, scanTexts } from './text-scan.ts';

const order = Buffer.from(`{"orderId": 17, "cardNumber": "${TEST_CARD}", "amount": 12}`);

describe('scanBytes', () => {
  it('finds a published test card, tells where it stands, and never the number', () => {
    const { findings, notInspected } = scanBytes(programWith({}), order);

    expect(notInspected).toEqual({});
    expect(findings).toEqual([
      {
        detector: 'payment-card',
        sensor: 'sensor-0',
        confidence: expect.stringMatching(/medium|high/),
        verdict: 'alert',
        masked: '411111******1111',
        key: 'cardNumber',
        offset: order.indexOf(TEST_CARD),
        length: TEST_CARD.length,
        knownTest: true,
        encodings: [],
      },
    ]);
  });

  it('gives a finding to each sensor that the datum concerns, whatever its direction', () => {
    const program = programWith(
      { direction: 'request', action: 'block' },
      { direction: 'response', action: 'mask' },
      { detectors: ['iban'] },
    );

    expect(scanBytes(program, order).findings.map(({ sensor, verdict }) => [sensor, verdict])).toEqual([
      ['sensor-0', 'block'],
      ['sensor-1', 'mask'],
    ]);
  });

  it('finds literals of the program under their id', () => {
    const program = new Program({
      sensors: [
        { name: 's', detectors: ['code'], minConfidence: 'high', threshold: 1, action: 'block', direction: 'both' },
      ],
      literals: [{ id: 'code', literal: 'Straße-7', caseInsensitive: false }],
    });

    expect(scanBytes(program, Buffer.from('x Straße-7 y')).findings).toMatchObject([
      { detector: 'code', verdict: 'block' },
    ]);
  });

  it('finds nothing in nothing', () => {
    expect(scanBytes(programWith({}), new Uint8Array())).toEqual({ findings: [], notInspected: {} });
  });

  it('says what it could not look into, in whole texts and in pieces', () => {
    const program = programWith({});
    const bomb = Buffer.from(`x=${gzipSync(Buffer.alloc(8 << 20)).toString('base64')} card ${TEST_CARD}`);
    const scanner = new Scanner(program);
    scanner.scan(bomb.subarray(0, 100));
    scanner.scan(bomb.subarray(100));

    const inPieces = scanner.end();

    expect(inPieces.notInspected).toMatchObject({ decodeBudget: expect.any(Number) });
    expect(scanTexts(program, [order, bomb]).map(({ notInspected }) => Object.keys(notInspected))).toEqual([
      [],
      Object.keys(inPieces.notInspected),
    ]);
    expect(scanBytes(program, bomb).findings).toMatchObject([{ detector: 'payment-card' }]);
  });
});

describe('scanTexts', () => {
  it('finds in each text what is found in it alone, and nothing across two', () => {
    const program = programWith({});
    const half = order.indexOf(TEST_CARD) + 8;
    const texts = [order, new Uint8Array(), order.subarray(0, half), order.subarray(half), order];
    const alone = texts.map((text) => {
      const scanner = new Scanner(program);
      return [...scanner.scan(text), ...scanner.end().findings];
    });

    const found = scanTexts(program, texts);

    expect(found.map(({ findings }) => findings)).toEqual(alone);
    expect(found.map(({ findings }) => findings.length)).toEqual([1, 0, 0, 0, 1]);
  });

  it('finds nothing in no texts', () => {
    expect(scanTexts(programWith({}), [])).toEqual([]);
  });
});

describe('Scanner', () => {
  it('finds the same at every cut', () => {
    const program = programWith({});
    const whole = scanBytes(program, order).findings;
    for (let cut = 0; cut <= order.length; cut += 1) {
      const scanner = new Scanner(program);
      const found = [
        ...scanner.scan(order.subarray(0, cut)),
        ...scanner.scan(order.subarray(cut)),
        ...scanner.end().findings,
      ];
      expect(found, `cut at ${cut}`).toEqual(whole);
    }
  });
});

describe('Program', () => {
  it.each`
    what                        | sensor                           | message
    ${'an unknown detector'}    | ${{ detectors: ['palm-print'] }} | ${'palm-print'}
    ${'a threshold of nothing'} | ${{ threshold: 0 }}              | ${'threshold 0'}
    ${'an unknown confidence'}  | ${{ minConfidence: 'sure' }}     | ${'"sure"'}
    ${'an unknown action'}      | ${{ action: 'drop' }}            | ${'"drop"'}
    ${'an unknown direction'}   | ${{ direction: 'up' }}           | ${'"up"'}
  `('refuses $what and names it', ({ sensor, message }) => {
    expect(() => programWith(sensor)).toThrow(
      expect.objectContaining({ code: 'INVALID_PROGRAM', message: expect.stringContaining(message) }),
    );
  });
});
