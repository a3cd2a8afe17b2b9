import type { Datum } from '../datum/datum.ts';
import { grouped } from '../datum/payment-card.ts';
import { type DocumentKind, textDocument } from './document.ts';
import { orderJson } from './order-text.ts';

/** Documents in which the datum is text. */
export const PLAIN_KINDS: readonly DocumentKind[] = [
  json('json', (datum) => datum.value),
  json('json-spaces', (datum) => grouped(datum.value, ' '), true),
  json('json-dashes', (datum) => grouped(datum.value, '-'), true),
  {
    name: 'json-number',
    group: 'plain',
    cardsOnly: true,
    write: ({ key, value }, random) => textDocument('application/json', orderJson(random, key, value), value),
  },
  {
    name: 'form',
    group: 'plain',
    write({ key, value }, random) {
      const text = `order=${random.digits(12)}&${key}=${value}&city=Lisbon&total=${random.below(90_000)}`;
      return textDocument('application/x-www-form-urlencoded', text, value);
    },
  },
  {
    name: 'xml',
    group: 'plain',
    write({ key, value }, random) {
      const text = `<?xml version="1.0"?><order id="${random.digits(12)}"><${key}>${value}</${key}><total>12</total></order>`;
      return textDocument('application/xml', text, value);
    },
  },
  {
    name: 'csv',
    group: 'plain',
    write({ key, value }, random) {
      const text = `order,${key},total\r\n${random.digits(12)},${value},${random.below(90_000)}\r\n`;
      return textDocument('text/csv', text, value);
    },
  },
  {
    name: 'multipart',
    group: 'plain',
    write({ key, value }, random) {
      const boundary = random.hex(24);
      const part = (name: string, text: string): string =>
        `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`;
      const text = `${part('order', random.digits(12))}${part(key, value)}--${boundary}--\r\n`;
      return textDocument(`multipart/form-data; boundary=${boundary}`, text, value);
    },
  },
];

/** The value and nothing else, for carriers that give it a name themselves: a column, a hash field, a header. */
export const VALUE_KINDS: readonly DocumentKind[] = [
  { name: 'value', group: 'plain', write: ({ value }) => textDocument('text/plain', value, value) },
  {
    name: 'value-spaces',
    group: 'plain',
    cardsOnly: true,
    write: ({ value }) => textDocument('text/plain', grouped(value, ' '), grouped(value, ' ')),
  },
];

function json(name: string, written: (datum: Datum) => string, cardsOnly = false): DocumentKind {
  return {
    name,
    group: 'plain',
    cardsOnly,
    write: (datum, random) =>
      textDocument('application/json', orderJson(random, datum.key, JSON.stringify(written(datum))), written(datum)),
  };
}
