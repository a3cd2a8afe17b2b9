import type { Fact } from '../../reader/fact.ts';
import type { ReadResult, WholeFileReader } from '../../reader/reader.ts';

export function readText(reader: WholeFileReader, path: string, text: string): ReadResult {
  const content = Buffer.from(text);
  return reader.read({ path, size: content.length, mode: 0o644, kind: 'file' }, content);
}

/** Ids of the rules that a file breaks, each once, in the order of the file. */
export function rulesIn(reader: WholeFileReader, path: string, text: string): readonly string[] {
  return [...new Set(misconfigurations(readText(reader, path, text).facts).map(({ rule }) => rule))];
}

function misconfigurations(facts: readonly Fact[]): Extract<Fact, { kind: 'misconfiguration' }>['misconfiguration'][] {
  return facts.flatMap((fact) => (fact.kind === 'misconfiguration' ? [fact.misconfiguration] : []));
}
