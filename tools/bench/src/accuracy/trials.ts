import { Random } from '../capture/random.ts';
import type { Carrier } from './carrier/carrier.ts';
import { FTP_DATA } from './carrier/ftp.ts';
import { GRPC } from './carrier/grpc.ts';
import { KAFKA } from './carrier/kafka.ts';
import { SMTP, SMTP_BASE64, SMTP_QUOTED } from './carrier/mail.ts';
import { MARIADB_COMPRESSED, MARIADB_PARAMETER, MARIADB_ROW, MARIADB_STATEMENT } from './carrier/mariadb.ts';
import { HTTP_HEADER, HTTP_REQUEST, HTTP_RESPONSE, HTTP_RESPONSE_GZIP, HTTP_URL } from './carrier/nginx.ts';
import { HTTP_CHUNKED, HTTP_COMPRESSED, HTTP2_REQUEST } from './carrier/node-http.ts';
import { POSTGRESQL_COPY, POSTGRESQL_PARAMETER, POSTGRESQL_ROW, POSTGRESQL_STATEMENT } from './carrier/postgresql.ts';
import { REDIS_HASH, REDIS_STRING } from './carrier/redis.ts';
import { WEBSOCKET, WEBSOCKET_DEFLATE } from './carrier/websocket.ts';
import type { Datum } from './datum/datum.ts';
import { NUMBERED_THINGS } from './datum/numbered-things.ts';
import { paymentCard } from './datum/payment-card.ts';
import { judgedNumbers } from './datum/stdnum.ts';
import type { DocumentKind } from './document/document.ts';
import { ENCODED_KINDS } from './document/encoded-kinds.ts';
import { PLAIN_KINDS, VALUE_KINDS } from './document/plain-kinds.ts';

const CARRIERS: readonly Carrier[] = [
  HTTP_REQUEST,
  HTTP_URL,
  HTTP_HEADER,
  HTTP_RESPONSE,
  HTTP_RESPONSE_GZIP,
  HTTP_CHUNKED,
  ...HTTP_COMPRESSED,
  HTTP2_REQUEST,
  GRPC,
  WEBSOCKET,
  WEBSOCKET_DEFLATE,
  SMTP,
  SMTP_QUOTED,
  SMTP_BASE64,
  REDIS_STRING,
  REDIS_HASH,
  POSTGRESQL_ROW,
  POSTGRESQL_STATEMENT,
  POSTGRESQL_PARAMETER,
  ...POSTGRESQL_COPY,
  MARIADB_ROW,
  MARIADB_STATEMENT,
  MARIADB_PARAMETER,
  MARIADB_COMPRESSED,
  ...KAFKA,
  FTP_DATA,
];

const KINDS: readonly DocumentKind[] = [...PLAIN_KINDS, ...VALUE_KINDS, ...ENCODED_KINDS];

/** What is to be measured over one carrier, and the kinds of documents it can take. */
export interface Trial {
  readonly carrier: Carrier;
  readonly kinds: readonly DocumentKind[];
  readonly data: readonly Datum[];
}

/** Cards over every protocol, in every way that it can carry. */
export function cardTrials(count: number, seed: number): readonly Trial[] {
  return CARRIERS.map((carrier, index) => {
    const random = new Random(seed + index);
    return {
      carrier,
      kinds: KINDS.filter(({ name }) => carrier.kinds.includes(name)),
      data: Array.from({ length: count }, () => paymentCard(random)),
    };
  });
}

/** Every other detector that python-stdnum can check, as clients of HTTP send it. */
export async function numberTrials(count: number, seed: number): Promise<readonly Trial[]> {
  const trials: Trial[] = [];
  const kinds = KINDS.filter(({ name }) => ['json', 'form', 'xml'].includes(name));
  for (const [index, thing] of NUMBERED_THINGS.entries()) {
    trials.push({ carrier: HTTP_REQUEST, kinds, data: await judgedNumbers(thing, seed + index, count) });
  }
  return trials;
}
