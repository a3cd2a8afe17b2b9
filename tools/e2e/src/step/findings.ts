import type { Conclusion } from '@bulkhead/lab';
import { askApi } from '../api.ts';
import { CARD, CLIENT } from '../shop.ts';
import type { Target } from '../target.ts';
import { until } from '../until.ts';

export async function events(target: Target): Promise<Conclusion> {
  let found: readonly Readonly<Record<string, unknown>>[] = [];
  const some = await until(async () => {
    const { body } = await askApi(target, CLIENT, 'GET', '/api/v1/events?kind=finding&limit=100');
    found = (body as { readonly items?: typeof found }).items ?? [];
    return found.length > 0;
  });
  const texts = found.map((event) => JSON.stringify(event));
  // The store gives each of them these two: what an agent sent twice would differ in nothing else.
  const sent = found.map(({ id: _id, receivedAt: _receivedAt, ...event }) => JSON.stringify(event));
  return {
    seen: `${found.length} findings`,
    checks: {
      'it knows of none': some,
      'one is there twice': new Set(sent).size === sent.length,
      'one shows the card': !texts.some((text) => text.includes(CARD)),
    },
    evidence: { found: found.slice(0, 3) },
  };
}
