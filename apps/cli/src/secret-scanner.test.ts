import { gzipSync } from 'node:zlib';
import { DETECTORS } from '@bulkhead/dlp';
import { type ReadResult, SEVERITY_BY_DETECTOR, secretReader } from '@bulkhead/scanner';
import { describe, expect, it } from 'vitest';
import { createSecretScanner } from './secret-scanner.ts';
import { harmlessOrders, specimens } from './testing/specimens.ts';

/** What `specimens` has one of. */
const SHOWN = DETECTORS.filter(({ category }) => category !== 'credential' && category !== 'traffic');

describe('createSecretScanner', () => {
  it('finds keys and tokens in a small file with their lines, masked', async () => {
    const data = specimens();
    const text = data.join('\n\n');

    const { facts, gaps } = await read([text]);

    const secrets = facts.flatMap((fact) => (fact.kind === 'secret' ? [fact.secret] : []));
    const expected = SHOWN.flatMap(({ id, category }, index) =>
      // The example key of the AWS documentation is no secret.
      category === 'secret' && id !== 'aws-access-key' ? [[id, lineOf(text, data[index] ?? '')]] : [],
    );
    expect(secrets.map(({ detector, line }) => [detector, line])).toEqual(expected);
    expect(expected.length).toBeGreaterThan(40);
    expect(JSON.stringify(facts)).not.toMatch(/A1b2C3d4|AbCdEfGh|4eC39HqL|QnVsa2hlYWR/);
    expect(gaps).toEqual([]);
  });

  it('finds the same in a file that passes in pieces', async () => {
    const filler = harmlessOrders(400, 1);
    const text = `${filler}\n${specimens().join('\n')}\n${filler}`;
    const pieces = Array.from({ length: Math.ceil(text.length / 10_007) }, (_, index) =>
      text.slice(index * 10_007, (index + 1) * 10_007),
    );

    const found = await read(pieces);

    expect(text.length).toBeGreaterThan(100_000);
    expect(found.facts).toHaveLength(SHOWN.filter(({ category }) => category === 'secret').length - 1);
    expect(found).toEqual(await read([text]));
  });

  it('has a severity for each detector of secrets, and for no other', () => {
    const secrets = DETECTORS.filter(({ category }) => category === 'secret').map(({ id }) => id);

    expect(Object.keys(SEVERITY_BY_DETECTOR)).toEqual(secrets.toSorted());
  });

  it.each([1, 200])('says when what is encoded in a file was more than it looks into, in %i pieces', async (pieces) => {
    const bomb = `x=${gzipSync(Buffer.alloc(8 << 20)).toString('base64')}`;

    const { gaps } = await read([bomb, ...Array.from({ length: pieces }, () => '\nnothing here'.padEnd(1000))]);

    expect(gaps).toEqual([
      {
        code: 'limit',
        message: 'not all that is encoded in it was looked into: decodeBudget',
        path: 'app/config.txt',
        reader: 'secrets',
      },
    ]);
  });

  it('takes numbers and identifiers for no secrets', async () => {
    expect((await read([harmlessOrders(2000, 7)])).facts).toEqual([]);
  });
});

function lineOf(text: string, piece: string): number {
  return text.slice(0, text.indexOf(piece)).split('\n').length;
}

async function read(pieces: readonly string[]): Promise<ReadResult> {
  const entry = { path: 'app/config.txt', size: pieces.join('').length, mode: 0o644, kind: 'file' } as const;
  const reading = secretReader(await createSecretScanner(), 'filesystem').open(entry);
  for (const piece of pieces) reading.write(Buffer.from(piece));
  return reading.end(true);
}
