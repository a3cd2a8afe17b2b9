import { API_VERSION, MAX_NAME_LENGTH } from '@bulkhead/core';

/** What an import has made so far. Names of ours are shorter and plainer than NeuVector's: each keeps the one it got. */
export class ImportContext {
  readonly documents: object[] = [];
  readonly notes: string[] = [];
  readonly #names = new Map<string, string>();
  readonly #taken = new Set<string>();

  /** The name of ours for one of theirs, of a kind of thing. */
  nameFor(kind: string, theirs: string): string {
    const key = `${kind} ${theirs}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const plain = plainName(theirs);
    let name = plain;
    for (let count = 2; this.#taken.has(`${kind} ${name}`); count += 1) {
      name = `${plain.slice(0, MAX_NAME_LENGTH - String(count).length - 1)}-${count}`;
    }
    this.#names.set(key, name);
    this.#taken.add(`${kind} ${name}`);
    return name;
  }

  has(kind: string, theirs: string): boolean {
    return this.#names.has(`${kind} ${theirs}`);
  }

  add(kind: string, name: string, spec: object): void {
    this.documents.push({ apiVersion: API_VERSION, kind, metadata: { name }, spec });
  }

  note(of: string, text: string): void {
    this.notes.push(`${of}: ${text}`);
  }
}

/** The nearest name that a document of ours can have. */
export function plainName(theirs: string): string {
  const name = theirs
    .toLowerCase()
    .replace(/^nv\./, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_NAME_LENGTH)
    .replace(/^-+|-+$/g, '');
  return name === '' ? 'unnamed' : name;
}
