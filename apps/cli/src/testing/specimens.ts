import { crc32 } from 'node:zlib';
import { IDENTITY_SPECIMENS } from './identity-specimens.ts';
import { NAMED_SPECIMENS } from './named-specimens.ts';
import { tokenSpecimens } from './token-specimens.ts';

/** One datum for each built-in detector, in the order of the catalogue, in ordinary surroundings. */
export function specimens(): readonly string[] {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const secret = 'A1b2C3d4E5f6G7h8I9j0K1l2M3n4o5';
  // Secrets are put together here, so that nobody's scanner takes this file for a leak.
  return [
    'card number: 4111 1111 1111 1111',
    'ssn: 219-45-6789',
    'iban: DE89 3704 0044 0532 0130 00',
    'email: jane.doe@example.com',
    'phone: +14155552671',
    ['jwt: ', [part({ alg: 'HS256', typ: 'JWT' }), part({ sub: 'shop', iat: 1 }), 'x'.repeat(43)].join('.')].join(''),
    ['-----BEGIN RSA', 'PRIVATE', `KEY-----\n${Buffer.alloc(96, 'Bulkhead').toString('base64')}`].join(' '),
    ['aws: AK', 'IAIOSFODNN7EXAMPLE'].join(''),
    ['github: gh', 'p_', secret, base62(crc32(secret))].join(''),
    ['slack: xo', 'xb-123456789012-1234567890123-AbCdEfGhIjKl'].join(''),
    ['stripe: sk_', 'live_4eC39HqLyjWDarjtT1zdp7dc'].join(''),
    ...tokenSpecimens(['npm', '_', secret, base62(crc32(secret))].join(''), generator(1)),
    ...IDENTITY_SPECIMENS.map(([key, number]) => JSON.stringify({ [key]: number })),
    ...NAMED_SPECIMENS,
  ];
}

/**
 * JSON as services exchange it, full of numbers that look like cards and social security numbers and are none: order
 * ids with a correct Luhn digit, EANs, UUIDs, trace ids, timestamps. The same for the same seed.
 */
export function harmlessOrders(count: number, seed: number): string {
  const random = generator(seed);
  const digits = (length: number): string => Array.from({ length }, () => random(10)).join('');
  const hex = (length: number): string => Array.from({ length }, () => random(16).toString(16)).join('');
  const orders = Array.from({ length: count }, () => ({
    orderId: withLuhn(`4${digits(14)}`),
    orderNumber: Number(withLuhn(`51${digits(13)}`)),
    ean: withLuhn(`40${digits(10)}`),
    sku: `${digits(3)}-${digits(2)}-${digits(4)}`,
    requestId: [hex(8), hex(4), hex(4), hex(4), hex(12)].join('-'),
    traceId: hex(32),
    spanId: digits(16),
    createdAtNs: `17${digits(17)}`,
    timestamp: Number(`17${digits(11)}`),
    snowflake: digits(18),
    tracking: `1Z${digits(16)}`,
  }));
  return JSON.stringify(orders);
}

function withLuhn(head: string): string {
  let sum = 0;
  for (const [index, digit] of Array.from(head).toReversed().entries()) {
    const doubled = Number(digit) * (index % 2 === 0 ? 2 : 1);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return `${head}${(10 - (sum % 10)) % 10}`;
}

/** Six digits of base 62, as GitHub ends its tokens. */
function base62(value: number): string {
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  let text = '';
  for (let rest = value; text.length < 6; rest = Math.floor(rest / 62)) text = digits.charAt(rest % 62) + text;
  return text;
}

/** A multiplicative congruential generator (Park and Miller): good enough for digits, equal everywhere. */
function generator(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % bound;
  };
}
