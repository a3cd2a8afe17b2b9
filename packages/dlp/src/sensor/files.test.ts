import { describe, expect, it } from 'vitest';
import { filesOf, withFiles } from './files.ts';
import { parseDataSensor } from './kind.ts';

describe('withFiles', () => {
  it('adds the terms of a file to those of the document, each once', async () => {
    const read = reader('# projects\nNightingale\r\n\n  Top Secret  \nKingfisher\n');

    const [complete] = await withFiles([sensor({ terms: ['Kingfisher'] })], read);

    expect(complete?.dictionaries).toEqual([
      {
        id: 'words',
        terms: ['Kingfisher', 'Nightingale', 'Top Secret'],
        caseInsensitive: true,
        wholeWords: true,
        confidence: 'high',
      },
    ]);
  });

  it.each`
    what                              | content                            | message
    ${'a file without a term'}        | ${'# nothing\n\n'}                 | ${/words\.txt.*no term/}
    ${'a term that is too long'}      | ${`ok\n${'x'.repeat(129)}\n`}      | ${/line 2.*128 bytes/}
    ${'bytes that are no UTF-8 text'} | ${Uint8Array.of(0xc3, 0x28, 0x0a)} | ${/no valid UTF-8/}
  `('refuses $what', async ({ content, message }: { content: string | Uint8Array; message: RegExp }) => {
    await expect(withFiles([sensor({})], reader(content))).rejects.toThrow(
      expect.objectContaining({ code: 'SENSOR_FILE', message: expect.stringMatching(message) }),
    );
  });

  it('leaves sensors without files as they are', async () => {
    const parsed = parsedSensor({ detectors: ['iban'] });

    expect(filesOf([parsed])).toEqual([]);
    expect(await withFiles([parsed], reader(''))).toEqual([parsed]);
  });

  it('names each file once', () => {
    expect(filesOf([sensor({}), sensor({})])).toEqual(['/etc/words.txt']);
  });
});

function reader(content: string | Uint8Array): (path: string) => Promise<Uint8Array> {
  return async (path) => {
    expect(path).toBe('/etc/words.txt');
    return typeof content === 'string' ? new TextEncoder().encode(content) : content;
  };
}

function sensor(over: object): ReturnType<typeof parsedSensor> {
  return parsedSensor({ dictionaries: [{ id: 'words', file: 'words.txt', ...over }] });
}

function parsedSensor(spec: object) {
  const parsed = parseDataSensor(
    {
      apiVersion: 'bulkhead.io/v1alpha1',
      kind: 'DataSensor',
      metadata: { name: 'mine' },
      spec: { action: 'alert', ...spec },
    },
    '/etc/policy.yaml',
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
}
