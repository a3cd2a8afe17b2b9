import type { Random } from './random.ts';

// What services of a shop say to each other: mostly identifiers, and numbers that only look like cards. The shares of
// e-mail addresses (about 400 per MB), cards (45) and social security numbers (27) are those of the measurements that
// the bars were set by.

const FIRST = ['ada', 'grace', 'linus', 'margaret', 'edsger', 'barbara', 'donald', 'frances'] as const;
const LAST = ['example', 'sample', 'probe', 'muster', 'testcase', 'placeholder'] as const;
const CITY = ['Lisbon', 'Graz', 'Oulu', 'Ghent', 'Turin', 'Leeds', 'Cork', 'Aarhus'] as const;
const ISSUERS = ['4', '51', '52', '53', '37', '6011', '3528'] as const;

/** What the records hold besides identifiers. */
export interface OrderContent {
  /** Per mille of the records with a card, each with a field name that gives it away. A record is about 1.1 KB. */
  readonly cards: number;
  readonly socialSecurity: number;
}

export const SENSITIVE: OrderContent = { cards: 50, socialSecurity: 30 };
/** Identifiers and e-mail addresses only: nothing that a default sensor would stop or change. */
export const HARMLESS: OrderContent = { cards: 0, socialSecurity: 0 };

export function order(random: Random, content: OrderContent): string {
  const first = random.pick(FIRST);
  const last = random.pick(LAST);
  const items = Array.from({ length: 1 + random.below(4) }, () => item(random));
  return JSON.stringify({
    orderId: random.digits(16),
    traceId: random.hex(32),
    requestId: uuid(random),
    createdAt: 1_700_000_000_000 + random.below(2 ** 31),
    sequence: random.below(1_000_000_000),
    customer: {
      customerId: uuid(random),
      name: `${first} ${last}`,
      ...(random.below(5) < 2 && { email: `${first}.${last}${random.below(9999)}@example.com` }),
      ...(random.below(1000) < content.socialSecurity && { ssn: ssn(random) }),
      address: { street: `${random.below(200)} Long Road`, city: random.pick(CITY), postalCode: random.digits(5) },
    },
    ...(random.below(1000) < content.cards && { payment: { cardNumber: card(random), expiry: '12/29' } }),
    items,
    totalCents: random.below(1_000_000),
    warehouse: { shelf: random.hex(6), batch: random.digits(13), tracking: random.digits(20) },
    checksum: random.hex(64),
  });
}

/** A JSON list of orders that is at least as long as asked for. */
export function orderList(random: Random, bytes: number, content: OrderContent): string {
  const orders: string[] = [];
  let length = 2;
  while (length < bytes) {
    const next = order(random, content);
    orders.push(next);
    length += next.length + 1;
  }
  return `[${orders.join(',')}]`;
}

function item(random: Random): object {
  return {
    sku: `SKU-${random.digits(8)}`,
    ean: random.digits(13),
    quantity: 1 + random.below(5),
    unitCents: random.below(100_000),
    lot: random.digits(16),
    eventTime: random.digits(19),
  };
}

function uuid(random: Random): string {
  return [8, 4, 4, 4, 12].map((length) => random.hex(length)).join('-');
}

/** A number by the rules of an issuer with a right check digit; nobody's. */
function card(random: Random): string {
  const issuer = random.pick(ISSUERS);
  const length = issuer === '37' ? 15 : 16;
  const body = issuer + random.digits(length - 1 - issuer.length);
  let sum = 0;
  for (let i = 0; i < body.length; i += 1) {
    const digit = Number(body[body.length - 1 - i]);
    const doubled = i % 2 === 0 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return `${body}${(10 - (sum % 10)) % 10}`;
}

function ssn(random: Random): string {
  const area = String(100 + random.below(566)).padStart(3, '0');
  return `${area}-${String(10 + random.below(89))}-${String(1000 + random.below(8999))}`;
}
