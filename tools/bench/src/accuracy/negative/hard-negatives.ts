import { luhnDigit } from '../datum/payment-card.ts';
import type { Ids } from './ids.ts';

/** Harmless text full of numbers that look like something else. */
export interface HardNegative {
  readonly name: string;
  readonly contentType: string;
  /** Whether it counts as JSON full of identifiers. */
  readonly isIdHeavyJson: boolean;
  /** At least `bytes` long; one byte a character. */
  readonly write: (ids: Ids, bytes: number) => string;
}

const JSON_TYPE = 'application/json';
/** Issuer prefixes, so that order numbers with a right Luhn digit lack nothing of a card but its name. */
const PREFIXES = ['4', '51', '55', '2221', '37', '6011', '65', '36', '3528', '62'] as const;

/** The port of the first kind's server; the next kinds have the next ports. */
export const FIRST_PORT = 8000;

/** Each kind that an inspector has taken for cards or persons somewhere. */
export const HARD_NEGATIVES: readonly HardNegative[] = [
  list('orders', (ids) => {
    const prefix = PREFIXES[ids.below(PREFIXES.length)] ?? '4';
    const order = `"orderId":"${ids.luhn(prefix, 16)}","orderNumber":${ids.luhn('4', 16)},"invoice":"INV-${ids.digits(8)}"`;
    const item = `{"sku":"SKU-${ids.digits(8)}","ean":"${ids.ean()}","lot":"${ids.digits(16)}","unitCents":${ids.below(99_999)}}`;
    const parcel = `{"batch":"${ids.digits(13)}","tracking":"${ids.digits(20)}","reference":"${ids.luhn('55', 16)}"}`;
    return `{${order},"items":[${item}],"parcel":${parcel},"price":"${ids.below(900)}.${ids.digits(2)}"}`;
  }),
  list('traces', (ids) => {
    const span = `"traceId":"${ids.hex(32)}","spanId":"${ids.digits(16)}","parentSpanId":"${ids.hex(16)}"`;
    const time = `"startTimeUnixNano":"17${ids.digits(17)}","durationNs":${ids.number(10)},"ts":17${ids.digits(11)}`;
    return `{${span},${time},"requestId":"${ids.uuid()}","seq":${ids.number(9)},"commit":"${ids.hex(40)}"}`;
  }),
  list('snowflakes', (ids) => {
    const author = `{"id":"${ids.number(18)}","discriminator":"${ids.digits(4)}"}`;
    return `{"id":"${ids.number(19)}","channel_id":${ids.number(18)},"author":${author},"nonce":"${ids.number(19)}","t":4${ids.digits(12)}}`;
  }),
  list('devices', (ids) => {
    const body = `35${ids.digits(12)}`;
    return `{"deviceId":"${ids.uuid()}","imei":"${body}${luhnDigit(body)}","serial":"${ids.digits(16)}","firmware":"${ids.below(9)}.${ids.below(99)}.${ids.digits(4)}","uptime":${ids.number(13)}}`;
  }),
  list('blobs', (ids) => {
    return `{"digest":"sha256:${ids.hex(64)}","blob":"${ids.bytes(384).toString('base64')}","etag":"${ids.hex(32)}"}`;
  }),
  lines('log lines', 'text/plain', (ids) => {
    const time = `2026-11-${String(1 + ids.below(28)).padStart(2, '0')}T10:${String(ids.below(60)).padStart(2, '0')}:15.${ids.digits(6)}Z`;
    return `${time} INFO shop-${ids.hex(8)} order ${ids.digits(16)} took ${ids.below(900)}.${ids.digits(3)} ms, session ${ids.uuid()}, offset ${ids.number(12)}`;
  }),
  lines('metrics', 'text/plain; version=0.0.4', (ids) => {
    return `http_requests_total{pod="web-${ids.hex(10)}",code="200",le="0.${ids.digits(3)}"} ${ids.number(12)} 17${ids.digits(11)}`;
  }),
  lines('price lists', 'text/csv', (ids) => {
    return `${ids.digits(13)},${ids.ean()},978${ids.digits(10)},${ids.below(900)}.${ids.digits(2)},${ids.number(16)},17${ids.digits(17)}`;
  }),
  {
    name: 'random bytes',
    contentType: 'application/x-protobuf',
    isIdHeavyJson: false,
    write: (ids, bytes) => ids.bytes(bytes).toString('latin1'),
  },
];

function list(name: string, record: (ids: Ids) => string): HardNegative {
  return {
    name,
    contentType: JSON_TYPE,
    isIdHeavyJson: true,
    write: (ids, bytes) => `[${repeated(() => record(ids), bytes, ',')}]`,
  };
}

function lines(name: string, contentType: string, line: (ids: Ids) => string): HardNegative {
  return {
    name,
    contentType,
    isIdHeavyJson: false,
    write: (ids, bytes) => `${repeated(() => line(ids), bytes, '\n')}\n`,
  };
}

function repeated(make: () => string, bytes: number, between: string): string {
  const parts: string[] = [];
  let length = 0;
  while (length < bytes) {
    const part = make();
    parts.push(part);
    length += part.length + between.length;
  }
  return parts.join(between);
}
