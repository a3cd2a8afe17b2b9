import type { Value } from './object.ts';

/** The line of a path, from 1. */
type LineOf = (path: readonly (string | number)[]) => number;

/**
 * Plain data (of JSON or YAML) as a value. `lineOf` says where a path of it stands; what came over a wire has no lines
 * and all of it is on line 1. Only own members count, so that no key reaches a prototype.
 */
export function plainValue(data: unknown, lineOf?: LineOf): Value {
  return new PlainValue(data, lineOf);
}

class PlainValue implements Value {
  readonly #data: unknown;
  readonly #lineOf: LineOf | undefined;
  readonly #parent: PlainValue | undefined;
  readonly #key: string | number;

  constructor(data: unknown, lineOf: LineOf | undefined, parent?: PlainValue, key: string | number = '') {
    this.#data = data;
    this.#lineOf = lineOf;
    this.#parent = parent;
    this.#key = key;
  }

  get data(): unknown {
    return this.#data;
  }

  get line(): number {
    return this.#lineOf?.(this.#path()) ?? 1;
  }

  get scalar(): string | number | boolean | undefined {
    const data = this.#data;
    return typeof data === 'string' || typeof data === 'number' || typeof data === 'boolean' ? data : undefined;
  }

  get exists(): boolean {
    return this.#data !== undefined && this.#data !== null;
  }

  get(key: string): Value {
    const map = this.#map();
    const member = map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined;
    return new PlainValue(member, this.#lineOf, this, key);
  }

  items(): readonly Value[] {
    if (!Array.isArray(this.#data)) return [];
    return this.#data.map((one: unknown, index) => new PlainValue(one, this.#lineOf, this, index));
  }

  keys(): readonly string[] {
    return Object.keys(this.#map() ?? {});
  }

  #map(): Readonly<Record<string, unknown>> | undefined {
    const data = this.#data;
    return typeof data === 'object' && data !== null && !Array.isArray(data)
      ? (data as Readonly<Record<string, unknown>>)
      : undefined;
  }

  #path(): readonly (string | number)[] {
    return this.#parent === undefined ? [] : [...this.#parent.#path(), this.#key];
  }
}
