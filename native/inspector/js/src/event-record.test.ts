import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OFFSET, RECORD_BYTES, readEvents } from './event-record.ts';
import { VERDICTS } from './names.ts';
import { native } from './native.ts';

const HEADER = new URL('../../src/source/event_record.hpp', import.meta.url);
const names = {
  sourceOf: (number: number) => `queue-${number}`,
  programOf: () => ({ detectors: ['payment-card', 'eicar'], sensors: ['cards'] }),
};

describe('readEvents', () => {
  it('reads a finding', () => {
    const batch = record((view, bytes) => {
      view.setUint8(OFFSET.direction, 1);
      view.setUint8(OFFSET.protocol, 2);
      view.setUint8(OFFSET.location, 2);
      view.setUint8(OFFSET.confidence, 3);
      view.setUint8(OFFSET.verdict, VERDICTS.indexOf('block'));
      view.setUint8(OFFSET.flags, 3);
      view.setBigUint64(OFFSET.timeNs, 1_700_000_000_123_456_789n, true);
      view.setBigUint64(OFFSET.packet, 12n, true);
      view.setBigUint64(OFFSET.session, 0xffff_0000_0000_0001n, true);
      view.setBigUint64(OFFSET.value, 40n, true);
      view.setUint32(OFFSET.source, 7, true);
      view.setUint32(OFFSET.length, 16, true);
      view.setUint16(OFFSET.detector, 1, true);
      view.setUint16(OFFSET.clientPort, 40_000, true);
      view.setUint16(OFFSET.serverPort, 80, true);
      view.setUint8(OFFSET.ipProtocol, 6);
      bytes.set([0xff, 0xff, 10, 0, 0, 1], OFFSET.client + 10);
      bytes[OFFSET.server + 15] = 1;
      put(bytes, OFFSET.masked, OFFSET.maskedLength, '411111******1111');
      put(bytes, OFFSET.key, OFFSET.keyLength, 'cardNumber');
      put(bytes, OFFSET.subject, OFFSET.subjectLength, 'POST /orders/*');
      bytes.set([10, 1, 0, 0], OFFSET.encodings);
    });

    expect(readEvents(batch, names)).toEqual([
      {
        kind: 'finding',
        timeNs: 1_700_000_000_123_456_789n,
        packet: 12,
        direction: 'response',
        protocol: 'http1',
        client: '10.0.0.1:40000',
        server: '[::1]:80',
        sessionId: 0xffff_0000_0000_0001n,
        source: 'queue-7',
        detector: 'eicar',
        sensor: 'cards',
        confidence: 'high',
        verdict: 'block',
        masked: '411111******1111',
        key: 'cardNumber',
        offset: 40,
        length: 16,
        encodings: ['base64', 'percent'],
        knownTest: true,
        field: 'body.cardNumber',
        subject: 'POST /orders/*',
      },
    ]);
  });

  it('reads an exception of no session', () => {
    const batch = record((view) => {
      view.setUint8(OFFSET.kind, 1);
      view.setUint8(OFFSET.exception, 16);
      view.setUint8(OFFSET.verdict, VERDICTS.indexOf('alert'));
      view.setBigUint64(OFFSET.value, 99n, true);
    });

    const expected = {
      kind: 'exception',
      exception: 'queueOverrun',
      bytesNotInspected: 99,
      verdict: 'alert',
      client: '',
    };
    expect(readEvents(batch, names)).toMatchObject([expected]);
  });

  it('reads an encrypted session, and a text from the wire without control characters', () => {
    const batch = record((view, bytes) => {
      view.setUint8(OFFSET.kind, 2);
      view.setUint8(OFFSET.protocol, 3);
      view.setUint16(OFFSET.tlsVersion, 0x0304, true);
      put(bytes, OFFSET.serverName, OFFSET.serverNameLength, 'shop\u001b[31m.example');
    });

    const expected = {
      kind: 'session-offloaded',
      serverName: 'shop\ufffd[31m.example',
      tlsVersion: '1.3',
      protocol: 'tls',
    };
    expect(readEvents(batch, names)).toMatchObject([expected]);
  });

  it('agrees with the C++ record about size and offsets', () => {
    const header = readFileSync(HEADER, 'utf8');
    const documented = [...header.matchAll(/ (\w+)(?: = 0|\{\});\s+\/\/\s+(\d+)/g)].map(([, name, offset]) => [
      name,
      offset,
    ]);
    const camel = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

    const stated = documented.map(([name = '', offset]) => [camel(name), Number(offset)] as const);

    expect(native().recordBytes).toBe(RECORD_BYTES);
    expect(Object.fromEntries(stated.filter(([name]) => !['reserved', 'text', 'subject'].includes(name)))).toEqual(
      Object.fromEntries(
        Object.entries(OFFSET).filter(([name]) => !['masked', 'key', 'serverName', 'subject'].includes(name)),
      ),
    );
    expect(Object.fromEntries(stated)['text']).toBe(OFFSET.masked);
    expect(Object.fromEntries(stated)['subject']).toBe(OFFSET.subject);
  });
});

function record(fill: (view: DataView, bytes: Uint8Array) => void): ArrayBuffer {
  const batch = new ArrayBuffer(RECORD_BYTES);
  fill(new DataView(batch), new Uint8Array(batch));
  return batch;
}

function put(bytes: Uint8Array, offset: number, lengthOffset: number, text: string): void {
  bytes.set(Buffer.from(text), offset);
  bytes[lengthOffset] = Buffer.byteLength(text);
}
