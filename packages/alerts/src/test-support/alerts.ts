import { SEVERITIES } from '@bulkhead/core';
import fc from 'fast-check';
import { type Alert, MAX_NAME, MAX_TITLE } from '../alert.ts';

/** An alert with every field, in each of which something has a meaning in some format. */
export const ALERT: Alert = {
  id: '0198c0de-0000-7000-8000-000000000001',
  kind: 'finding',
  severity: 'high',
  title: 'card-number "blocked" in [traffic] | a=b \\ <!channel> & more',
  at: '2026-11-26T12:00:01.000Z',
  firstSeen: '2026-11-26T11:59:00.000Z',
  lastSeen: '2026-11-26T12:00:00.500Z',
  count: 3,
  cause: 'c0ffee',
  namespace: 'shop',
  workload: 'web-1',
  incident: 7,
  rule: 'page-us',
};

/** One that says only what every alert says. */
export const PLAIN: Alert = {
  id: 'a1',
  kind: 'events-lost',
  severity: 'medium',
  title: 'an agent lost events',
  at: '2026-11-26T12:00:01.000Z',
  firstSeen: '2026-11-26T12:00:00.000Z',
  lastSeen: '2026-11-26T12:00:00.000Z',
  count: 1,
  cause: 'beef',
};

/** What has a meaning in a format, beside any text there is, halves of characters included. */
const hostile = (maxLength: number): fc.Arbitrary<string> =>
  fc
    .oneof(
      fc.string({ unit: 'binary', maxLength }),
      fc
        .array(
          fc.constantFrom(
            '\r\n',
            '\n',
            '\0',
            '\u2028',
            '\u202E',
            '\uD800',
            '"',
            '\\',
            ']',
            '[',
            '|',
            '=',
            '<',
            '>',
            '&',
            ' ',
            '🦆',
            'é',
            '\r\nBcc: x@y.example',
            '<!channel>',
            '</a>',
            '\n.\r\n',
            '0 <13>1 - - - - - -',
            ' cat=1',
            '{"a":',
            '\u0085',
          ),
          { maxLength },
        )
        .map((parts) => parts.join('')),
    )
    .map((text) => text.slice(0, maxLength));

const some = (maxLength: number): fc.Arbitrary<string> => hostile(maxLength).map((text) => (text === '' ? '?' : text));
const moment = fc
  .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());

/** Any alert that can be kept. */
export const anyAlert: fc.Arbitrary<Alert> = fc.record(
  {
    id: some(64),
    kind: some(64),
    severity: fc.constantFrom(...SEVERITIES),
    title: some(MAX_TITLE),
    at: moment,
    firstSeen: moment,
    lastSeen: moment,
    count: fc.integer({ min: 1 }),
    cause: some(64),
    namespace: some(MAX_NAME),
    workload: some(MAX_NAME),
    incident: fc.nat(),
    rule: some(MAX_NAME),
  },
  { requiredKeys: ['id', 'kind', 'severity', 'title', 'at', 'firstSeen', 'lastSeen', 'count', 'cause'] },
);

/** What ends a line or hides text, in any of the ways there are. */
export const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
