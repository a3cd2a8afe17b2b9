import { MAX_FIELD_LENGTH } from '../reading/collector.ts';

/** Properties that name properties that name properties … */
const MAX_DEPTH = 8;
const REFERENCE = /\$\{([^${}]{1,200})\}/g;

/** Maven's properties. Values may name others; what grows or turns in circles does not resolve. */
export class PropertyValues {
  readonly #values: ReadonlyMap<string, string>;

  constructor(values: ReadonlyMap<string, string>) {
    // Longer ones are no part of a name or version, and would multiply.
    this.#values = new Map([...values].filter(([, value]) => value.length <= MAX_FIELD_LENGTH));
  }

  /** The text with every `${name}` replaced; undefined where a name is unknown. */
  resolve(text: string | undefined): string | undefined {
    let resolved = text;
    if (text !== undefined && text.length > MAX_FIELD_LENGTH) return undefined;
    for (let depth = 0; depth < MAX_DEPTH && resolved?.includes('${') === true; depth += 1) {
      resolved = resolved.replace(REFERENCE, (whole, name: string) => this.#values.get(name) ?? whole);
      if (resolved.length > MAX_FIELD_LENGTH) return undefined;
    }
    return resolved?.includes('${') === true ? undefined : resolved;
  }
}
