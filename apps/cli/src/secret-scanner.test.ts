import { type ReadResult, secretReader } from '@bulkhead/scanner';
import { describe, expect, it } from 'vitest';
import { createSecretScanner } from './secret-scanner.ts';
import { harmlessOrders, specimens } from './testing/specimens.ts';

describe('createSecretScanner', () => {
  it('finds keys and tokens in a small file with their lines, masked', async () => {
    const text = specimens().join('\n\n');

    const { facts, gaps } = await read([text]);

    const secrets = facts.flatMap((fact) => (fact.kind === 'secret' ? [fact.secret] : []));
    const lineOf = (word: string): number => text.split('\n').findIndex((line) => line.includes(word)) + 1;
    expect(secrets.map(({ detector, line }) => [detector, line])).toEqual([
      ['jwt', lineOf('jwt: ')],
      ['private-key', lineOf('-----BEGIN')],
      ['github-token', lineOf('github: ')],
      ['slack-token', lineOf('slack: ')],
      ['stripe-key', lineOf('stripe: ')],
    ]);
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
    expect(found.facts).toHaveLength(5);
    expect(found).toEqual(await read([text]));
  });

  it('takes numbers and identifiers for no secrets', async () => {
    expect((await read([harmlessOrders(2000, 7)])).facts).toEqual([]);
  });
});

async function read(pieces: readonly string[]): Promise<ReadResult> {
  const entry = { path: 'app/config.txt', size: pieces.join('').length, mode: 0o644, kind: 'file' } as const;
  const reading = secretReader(await createSecretScanner(), 'filesystem').open(entry);
  for (const piece of pieces) reading.write(Buffer.from(piece));
  return reading.end(true);
}
