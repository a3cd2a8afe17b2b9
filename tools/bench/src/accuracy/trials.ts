import type { Carrier } from './carrier/carrier.ts';
import { HTTP_HEADER, HTTP_REQUEST, HTTP_RESPONSE, HTTP_RESPONSE_GZIP, HTTP_URL } from './carrier/nginx.ts';
import { POSTGRESQL_PARAMETER, POSTGRESQL_ROW, POSTGRESQL_STATEMENT } from './carrier/postgresql.ts';
import { REDIS_HASH, REDIS_STRING } from './carrier/redis.ts';
import { paymentCard } from './datum/payment-card.ts';
import type { DocumentKind } from './document/document.ts';
import { ENCODED_KINDS } from './document/encoded-kinds.ts';
import { PLAIN_KINDS, VALUE_KINDS } from './document/plain-kinds.ts';
import type { Trial } from './recall.ts';

const CARRIERS: readonly Carrier[] = [
  HTTP_REQUEST,
  HTTP_URL,
  HTTP_HEADER,
  HTTP_RESPONSE,
  HTTP_RESPONSE_GZIP,
  REDIS_STRING,
  REDIS_HASH,
  POSTGRESQL_ROW,
  POSTGRESQL_STATEMENT,
  POSTGRESQL_PARAMETER,
];

const KINDS: readonly DocumentKind[] = [...PLAIN_KINDS, ...VALUE_KINDS, ...ENCODED_KINDS];

/** Cards over every protocol, in every way that it can carry. */
export function cardTrials(count: number): readonly Trial[] {
  return CARRIERS.map((carrier) => ({
    carrier,
    kinds: KINDS.filter(({ name }) => carrier.kinds.includes(name)),
    detector: 'payment-card',
    data: (random, wanted) => Array.from({ length: wanted }, () => paymentCard(random)),
    count,
  }));
}
