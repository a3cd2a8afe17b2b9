import type { CustomDictionary, CustomExactData, Sensor } from '@bulkhead/core';
import { DlpError } from '../error.ts';
import { DictionaryTerm } from './schema.ts';

/** Reads a file that a sensor names, whole. Rejects one that is larger than `maxBytes`. */
export type ReadSensorFile = (path: string, maxBytes: number) => Promise<Uint8Array>;

/** MAX_TERMS terms of a common length. */
const MAX_TERMS_FILE = 4 * 1024 * 1024;

/** As the inspector bounds a set (`exact_data.hpp`). */
const MAX_SET_FILE = 768 * 1024 * 1024;
const KEY_BYTES = 16;

/** The files that some sensors name, each once. */
export function filesOf(sensors: readonly Sensor[]): readonly string[] {
  const paths = sensors.flatMap(({ dictionaries = [], exactData = [] }) => [
    ...dictionaries.flatMap(({ file }) => file ?? []),
    ...exactData.flatMap(({ set, key }) => [set, key]),
  ]);
  return [...new Set(paths)];
}

/** Sensors with what their files hold in place of the files' names. Throws a `DlpError` that names file and line. */
export async function withFiles(sensors: readonly Sensor[], read: ReadSensorFile): Promise<readonly Sensor[]> {
  // Sensors that share a set share its bytes, and with them what the inspector makes of it.
  const sets = new Map<string, Promise<CustomExactData['content']>>();
  const contentOf = ({ set, key }: CustomExactData): Promise<CustomExactData['content']> => {
    const id = JSON.stringify([set, key]);
    const content = sets.get(id) ?? readSet(set, key, read);
    sets.set(id, content);
    return content;
  };
  return Promise.all(
    sensors.map(async (sensor) => {
      const { dictionaries, exactData } = sensor;
      return {
        ...sensor,
        ...(dictionaries !== undefined && {
          dictionaries: await Promise.all(dictionaries.map((dictionary) => withTerms(dictionary, read))),
        }),
        ...(exactData !== undefined && {
          exactData: await Promise.all(
            exactData.map(async (exact) => {
              const content = await contentOf(exact);
              return content === undefined ? exact : { ...exact, content };
            }),
          ),
        }),
      };
    }),
  );
}

async function readSet(set: string, key: string, read: ReadSensorFile): Promise<CustomExactData['content']> {
  const [bytes, keyBytes] = await Promise.all([read(set, MAX_SET_FILE), read(key, KEY_BYTES)]);
  if (keyBytes.length !== KEY_BYTES) {
    throw new DlpError('SENSOR_FILE', {
      what: `the key ${JSON.stringify(key)}`,
      why: `it has ${keyBytes.length} bytes in place of ${KEY_BYTES}`,
      fix: 'name the key that "bulkhead dlp edm build" made with the set',
    });
  }
  return { set: bytes, key: keyBytes };
}

async function withTerms({ file, ...dictionary }: CustomDictionary, read: ReadSensorFile): Promise<CustomDictionary> {
  if (file === undefined) return dictionary;
  const terms = termsIn(file, await read(file, MAX_TERMS_FILE));
  return { ...dictionary, terms: [...new Set([...dictionary.terms, ...terms])] };
}

/** One term a line; empty lines and those that begin with # do not count. */
function termsIn(file: string, bytes: Uint8Array): string[] {
  const where = `the dictionary ${JSON.stringify(file)}`;
  const fix = 'write one term a line, as UTF-8';
  const terms = decodeUtf8(bytes, where, fix)
    .split('\n')
    .flatMap((line, index) => {
      const term = line.trim();
      if (term === '' || term.startsWith('#')) return [];
      const parsed = DictionaryTerm.safeParse(term);
      if (parsed.success) return [parsed.data];
      const why = parsed.error.issues[0]?.message ?? 'is no term';
      throw new DlpError('SENSOR_FILE', { what: `${where}, line ${index + 1}`, why, fix });
    });
  if (terms.length === 0) throw new DlpError('SENSOR_FILE', { what: where, why: 'it has no term in it', fix });
  return terms;
}

function decodeUtf8(bytes: Uint8Array, where: string, fix: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new DlpError('SENSOR_FILE', { what: where, why: 'it is no valid UTF-8', fix });
  }
}
