import { gzipSync } from 'node:zlib';
import type { Random } from '../../capture/random.ts';
import type { Datum } from '../datum/datum.ts';
import { grouped } from '../datum/payment-card.ts';
import type { Document, DocumentKind } from './document.ts';
import { textDocument } from './document.ts';
import { orderJson } from './order-text.ts';

const MIME_LINE = 76;

/** Documents in which the datum, or all that is around it, is written in another alphabet. */
export const ENCODED_KINDS: readonly DocumentKind[] = [
  digitsInJson('dots', (value) => grouped(value, '.')),
  digitsInJson('no-break-spaces', (value) => grouped(value, '\u{a0}')),
  digitsInJson('full-width', (value) =>
    value.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
  ),
  digitsInJson(
    'json-escapes',
    (value) => value,
    (text) => text.replaceAll(/\d/g, (digit) => `\\u003${digit}`),
  ),
  inMarkup('html-decimal', (value) => value.replaceAll(/\d/g, (digit) => `&#${48 + Number(digit)};`)),
  inMarkup('html-hexadecimal', (value) => value.replaceAll(/\d/g, (digit) => `&#x3${digit};`)),
  inMarkup('markup-between', (value) => grouped(value, '</b><b>')),
  {
    name: 'percent',
    group: 'encoded',
    write({ key, value }, random) {
      const written = value.replaceAll(/\d/g, (digit) => `%3${digit}`);
      const text = `order=${random.digits(12)}&${key}=${written}&city=Lisbon`;
      return textDocument('application/x-www-form-urlencoded', text, written);
    },
  },
  {
    name: 'form-plus',
    group: 'encoded',
    cardsOnly: true,
    write({ key, value }, random) {
      const written = grouped(value, '+');
      return textDocument(
        'application/x-www-form-urlencoded',
        `order=${random.digits(12)}&${key}=${written}&city=Lisbon`,
        written,
      );
    },
  },
  wholeInJson('base64', (text) => Buffer.from(text).toString('base64')),
  wholeInJson('base64url', (text) => Buffer.from(text).toString('base64url')),
  wholeInJson('base64-twice', (text) => Buffer.from(Buffer.from(text).toString('base64')).toString('base64')),
  wholeInJson('hexadecimal', (text) => Buffer.from(text).toString('hex')),
  wholeInJson('gzip-in-base64', (text) => gzipSync(text).toString('base64')),
  whole('base64-lines', 'text/plain', (text) =>
    Buffer.from(text)
      .toString('base64')
      .replaceAll(new RegExp(`.{1,${MIME_LINE}}`, 'g'), '$&\r\n'),
  ),
  whole('utf-16le', 'application/json; charset=utf-16le', (text) => Buffer.from(text, 'utf16le')),
  whole('utf-16be', 'application/json; charset=utf-16be', (text) => Buffer.from(text, 'utf16le').swap16()),
  whole('utf-32le', 'application/json; charset=utf-32le', (text) => {
    const points = Array.from(text, (character) => character.codePointAt(0) ?? 0);
    return Buffer.from(Uint32Array.from(points).buffer);
  }),
];

function plainJson({ key, value }: Datum, random: Random): string {
  return orderJson(random, key, JSON.stringify(value));
}

/** JSON in which only the digits of the datum are written otherwise. */
function digitsInJson(
  name: string,
  written: (value: string) => string,
  escaped: (text: string) => string = (text) => text,
): DocumentKind {
  return {
    name,
    group: 'encoded',
    cardsOnly: true,
    write({ key, value }, random) {
      const text = escaped(written(value));
      return textDocument('application/json', orderJson(random, key, `"${text}"`), text);
    },
  };
}

function inMarkup(name: string, written: (value: string) => string): DocumentKind {
  return {
    name,
    group: 'encoded',
    cardsOnly: true,
    write({ value }, random) {
      const text = written(value);
      const page = `<html><body><p>Order ${random.digits(8)}</p><p>Card number: <b>${text}</b></p></body></html>`;
      return textDocument('text/html; charset=utf-8', page, text);
    },
  };
}

/** A JSON document that holds another one, encoded: as queues and event logs do. */
function wholeInJson(name: string, encode: (text: string) => string): DocumentKind {
  return {
    name,
    group: 'encoded',
    write(datum, random): Document {
      const payload = encode(plainJson(datum, random));
      const text = JSON.stringify({ id: random.hex(16), payload, sequence: random.below(1_000_000) });
      return { contentType: 'application/json', bytes: Buffer.from(text) };
    },
  };
}

function whole(name: string, contentType: string, encode: (text: string) => string | Buffer): DocumentKind {
  return {
    name,
    group: 'encoded',
    write: (datum, random) => ({ contentType, bytes: Buffer.from(encode(plainJson(datum, random))) }),
  };
}
