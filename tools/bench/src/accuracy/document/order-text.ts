import type { Random } from '../../capture/random.ts';

/** The JSON of an order as services exchange it, with one more member; the value is JSON already. */
export function orderJson(random: Random, key: string, value: string): string {
  const before = {
    orderId: random.digits(16),
    traceId: random.hex(32),
    createdAt: 1_700_000_000_000 + random.below(2 ** 31),
    customer: { customerId: random.hex(12), city: random.pick(['Lisbon', 'Graz', 'Oulu', 'Turin']) },
  };
  const after = { expires: '12/29', totalCents: random.below(1_000_000), ean: random.digits(13) };
  return `${JSON.stringify(before).slice(0, -1)},${JSON.stringify(key)}:${value},${JSON.stringify(after).slice(1)}`;
}
