import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type CaptureFinding,
  captureFinding,
  captureOcsf,
  captureTable,
  compileSensors,
  DETECTORS,
} from '@bulkhead/dlp';
import { inspectCapture, Program } from '@bulkhead/inspector';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captureOf, type Turn } from '../testing/capture.ts';
import { IDENTITY_SPECIMENS } from '../testing/identity-specimens.ts';
import { specimens } from '../testing/specimens.ts';

/** A datum, and a word that speaks of it. */
interface Datum {
  readonly word: string;
  readonly value: string;
  /** What of the value nobody may see, where it has a name in front that everybody may. */
  readonly secret?: string;
}

const LABELLED = /^(?:postgres:\/\/app:|aws_secret_access_key = |AccountKey=)([^@]+)/;

const LITERAL: Datum = { word: 'code', value: 'kestrel-orchard' };
const SECRETS: readonly Datum[] = specimens()
  .slice(
    0,
    DETECTORS.findIndex(({ id }) => id === 'us-itin'),
  )
  .map((text) => {
    const [word = '', value] = text.split(': ', 2);
    if (value !== undefined) return { word, value };
    const secret = LABELLED.exec(text)?.[1];
    return { word: 'key', value: text, ...(secret !== undefined && { secret }) };
  });
const DATA: readonly Datum[] = [...SECRETS, ...IDENTITY_SPECIMENS.map(([word, value]) => ({ word, value }))];

/** Conversations that carry the datum where protocols put data, and where nobody should: in names, paths, comments. */
const CARRIERS: Readonly<Record<string, (datum: Datum, other: Datum) => readonly Turn[]>> = {
  http: ({ word, value }, other) => {
    const body = JSON.stringify({ [value]: other.value, [word]: value, [other.word]: [other.value, value] });
    const path = encodeURIComponent(value);
    return [
      client(
        `POST /pay/${path}/${other.value.replaceAll(' ', '')}/x?${word}=${path} HTTP/1.1\r\nHost: shop\r\nX-${word}: ${value}\r\n` +
          `Cookie: session=${Buffer.from(value).toString('hex')}\r\nAuthorization: Basic ${base64(`${value}:${value}`)}\r\n` +
          `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      ),
      server(`HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`),
    ];
  },
  smtp: ({ word, value }, other) => [
    server('220 mail\r\n'),
    client('EHLO me\r\n'),
    server('250 AUTH PLAIN\r\n'),
    client(`AUTH PLAIN ${base64(`\0${value}\0${other.value}`)}\r\n`),
    server('235 ok\r\n'),
    client('DATA\r\n'),
    server('354 go on\r\n'),
    client(`Subject: ${word} ${value}\r\n\r\n${word}: ${value}\r\n${other.word}: ${other.value}\r\n.\r\n`),
  ],
  ftp: ({ value }, other) => [
    server('220 files\r\n'),
    client(`USER ${value}\r\n`),
    server('331 \r\n'),
    client(`PASS ${value}${other.value}\r\n`),
  ],
  redis: ({ word, value }, other) => [
    client(resp('AUTH', value, other.value) + resp('HSET', value, word, value, other.word, other.value)),
    server('+OK\r\n:1\r\n'),
  ],
  postgresql: ({ word, value }, other) => {
    const statement = `/* ${word} ${value} */ INSERT INTO "${value}" (${word}) VALUES ('${word}: ${value}', $q$${other.word}: ${other.value}$q$) -- ${value}\0`;
    const start = `\0\x03\0\0user\0${value}\0\0`;
    return [
      client(`${length(start.length + 4)}${start}`),
      server(`R${length(8)}\0\0\0\0Z${length(5)}I`),
      client(`Q${length(statement.length + 4)}${statement}`),
    ];
  },
};

describe('what leaves the inspector', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bulkhead-leak-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const program = new Program(
    compileSensors([
      {
        name: 'everything',
        description: '',
        detectors: DETECTORS.map(({ id }) => ({ id })),
        literals: [{ id: 'code', literal: LITERAL.value, caseInsensitive: false }],
        minConfidence: 'low',
        threshold: 1,
        action: 'alert',
        direction: 'both',
      },
    ]),
  );

  async function emitted(turns: readonly Turn[]): Promise<{ findings: CaptureFinding[]; stream: string }> {
    const file = join(folder, 'one.pcap');
    writeFileSync(file, captureOf(turns));
    const findings: CaptureFinding[] = [];
    const events: string[] = [];
    await inspectCapture(
      program,
      { path: file },
      {
        onFindings: (batch) => {
          for (const found of batch) {
            events.push(
              JSON.stringify(found, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
            );
            findings.push(captureFinding(found));
          }
        },
      },
    );
    const counts = { file: 'f', packets: 1, bytes: 1, sessions: 1, bytesNotInspected: 0, notInspectedReasons: {} };
    const stream = [
      ...events,
      ...findings.map((finding) => JSON.stringify(finding)),
      ...findings.map((finding) => JSON.stringify(captureOcsf(finding))),
      captureTable(counts, findings, findings.length),
    ].join('\n');
    return { findings, stream };
  }

  it.each(Object.keys(CARRIERS))('never holds more of a datum than its mask allows, in %s', async (carrier) => {
    const carry = CARRIERS[carrier];
    if (carry === undefined) throw new RangeError(carrier);
    let found = 0;
    const leaks: string[] = [];
    for (const datum of DATA) {
      const { findings, stream } = await emitted(carry(datum, { word: 'card number', value: '5555 5555 5555 4444' }));
      found += findings.length;
      const leak = leaked(datum.secret ?? datum.value, stream);
      if (leak !== undefined) leaks.push(`${datum.word}: ${leak}`);
    }
    expect(leaks).toEqual([]);
    expect(found).toBeGreaterThan(DATA.length);
  });

  it('hides a literal of one’s own in a path', async () => {
    const body = `{"note":"${LITERAL.value}"}`;
    const { findings, stream } = await emitted([
      client(`POST /a/${LITERAL.value}/b HTTP/1.1\r\nHost: shop\r\nContent-Length: ${body.length}\r\n\r\n${body}`),
    ]);

    const literals = findings.filter(({ detector }) => detector === LITERAL.word);
    expect(literals.map(({ subject }) => subject)).toEqual(['POST /a/', 'POST /a/*/b']);
    expect(leaked(LITERAL.value, stream)).toBeUndefined();
  });

  it('never holds more of any card, number or address, whatever stands beside it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(CARRIERS)),
        generated,
        generated,
        async (carrier, datum, other) => {
          const { stream } = await emitted(CARRIERS[carrier]?.(datum, other) ?? []);

          expect(leaked(datum.secret ?? datum.value, stream)).toBeUndefined();
          expect(leaked(other.value, stream)).toBeUndefined();
        },
      ),
      { numRuns: 150 },
    );
  });

  it('is looked through by a search that finds what is there', () => {
    expect(leaked('4111 1111 1111 1112', 'card 4111-1111-1111-1112')).toBeDefined();
    expect(leaked('219-45-6789', 'key 2194567**')).toBeDefined();
    expect(leaked('jane.doe@example.com', '/users/jane.doe')).toBeDefined();
    expect(leaked('219-45-6789', '***-**-6789')).toBeUndefined();
  });
});

const digits = (count: number): fc.Arbitrary<string> =>
  // Without zeros, which times and addresses are full of.
  fc.array(fc.integer({ min: 1, max: 9 }), { minLength: count, maxLength: count }).map((list) => list.join(''));

const generated: fc.Arbitrary<Datum> = fc.oneof(
  digits(14).map((tail) => ({ word: 'card number', value: withLuhn(`4${tail}`) })),
  digits(8).map((tail) => ({ word: 'ssn', value: `3${tail.slice(0, 2)}-4${tail.slice(2, 3)}-${tail.slice(3, 6)}7` })),
  fc
    // Letters that make no word a record has.
    .tuple(fc.stringMatching(/^[jkqvwxz]{6,12}$/), fc.stringMatching(/^[jkqvwxz]{6,12}$/))
    .map(([name, host]) => ({ word: 'email', value: `${name}@${host}.com` })),
  fc.stringMatching(/^[A-Za-z0-9]{14,34}$/).map((value) => ({ word: 'token', value: `${value}7QZa9b` })),
  digits(8).map((tail) => ({ word: 'iban', value: iban(`37040044${tail}00`) })),
);

/** Letters and digits of the datum that the stream shows in one piece, when they are more than a mask leaves. */
function leaked(value: string, stream: string): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9*\n]/g, '');
  const datum = plain(value);
  const shown = plain(stream);
  for (let at = 0; at + ALLOWED < datum.length; at += 1) {
    const piece = datum.slice(at, at + ALLOWED + 1);
    // Part of what a private key's or a domain's mask shows of every value.
    if (HARMLESS.some((text) => text.includes(piece))) continue;
    if (shown.includes(piece)) return piece;
  }
  return undefined;
}

/** No mask shows more of a datum in one piece than a card's first six digits; prefixes of tokens say their kind. */
const ALLOWED = 6;
const HARMLESS = [
  'beginrsaprivatekey',
  'sklive',
  'githubpat',
  'xoxb',
  'pypiageichlwas5vcmc',
  'dckrpat',
  'hooksslackcomservicest',
  'xkeysib',
  'agesecretkey1',
  'examplecom',
  'cleartextcredential',
];

function withLuhn(head: string): string {
  let sum = 0;
  for (const [index, digit] of Array.from(head).toReversed().entries()) {
    const doubled = Number(digit) * (index % 2 === 0 ? 2 : 1);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return `${head}${(10 - (sum % 10)) % 10}`;
}

function iban(account: string): string {
  const check = 98n - (BigInt(`${account}131400`) % 97n);
  return `DE${String(check).padStart(2, '0')}${account}`;
}

function client(text: string): Turn {
  return { from: 'client', text };
}
function server(text: string): Turn {
  return { from: 'server', text };
}
function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
function resp(...words: string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}
function length(bytes: number): string {
  return String.fromCharCode(0, 0, bytes >> 8, bytes & 255);
}
