import type { CustomDictionary, Sensor } from '@bulkhead/core';
import { DlpError } from '../error.ts';
import { DictionaryTerm } from './schema.ts';

/** Reads a file that a sensor names, whole. Rejects one that is larger than `maxBytes`. */
export type ReadSensorFile = (path: string, maxBytes: number) => Promise<Uint8Array>;

/** MAX_TERMS terms of a common length. */
const MAX_TERMS_FILE = 4 * 1024 * 1024;

/** The files that some sensors name, each once. */
export function filesOf(sensors: readonly Sensor[]): readonly string[] {
  return [...new Set(sensors.flatMap(({ dictionaries = [] }) => dictionaries.flatMap(({ file }) => file ?? [])))];
}

/** Sensors with what their files hold in place of the files' names. Throws a `DlpError` that names file and line. */
export async function withFiles(sensors: readonly Sensor[], read: ReadSensorFile): Promise<readonly Sensor[]> {
  return Promise.all(sensors.map((sensor) => complete(sensor, read)));
}

async function complete(sensor: Sensor, read: ReadSensorFile): Promise<Sensor> {
  const { dictionaries } = sensor;
  if (dictionaries === undefined) return sensor;
  const completed = dictionaries.map(async ({ file, ...dictionary }): Promise<CustomDictionary> => {
    if (file === undefined) return dictionary;
    const terms = termsIn(file, await read(file, MAX_TERMS_FILE));
    return { ...dictionary, terms: [...new Set([...dictionary.terms, ...terms])] };
  });
  return { ...sensor, dictionaries: await Promise.all(completed) };
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
