import { endOfQuoted, unquoted } from './scalar.ts';
import { PlainYamlError, type PlainYamlValue } from './value.ts';

/** Lock files nest two deep. */
const MAX_DEPTH = 16;

/** Where brackets and quotes stand open behind a piece of text; `closed` when all are. */
export class FlowBalance {
  #depth = 0;
  #quote = '';

  /** Takes the next line; true when the value is whole. */
  add(line: string): boolean {
    for (let at = 0; at < line.length; at += 1) {
      const char = line[at] ?? '';
      if (this.#quote !== '') {
        if (char === '\\' && this.#quote === '"') at += 1;
        else if (char === this.#quote) this.#quote = '';
      } else if (char === '"' || char === "'") {
        // A quote inside a plain scalar is no quote.
        if (at === 0 || /[\s,:{[]/.test(line[at - 1] ?? '')) this.#quote = char;
      } else if (char === '{' || char === '[') this.#depth += 1;
      else if (char === '}' || char === ']') this.#depth -= 1;
    }
    return this.#depth <= 0 && this.#quote === '';
  }
}

/** Reads a whole flow collection, `{a: b, c: [d]}`. */
export function parseFlow(text: string): PlainYamlValue {
  const parser = new FlowParser(text);
  const value = parser.value(0);
  parser.expectEnd();
  return value;
}

class FlowParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): PlainYamlValue {
    if (depth > MAX_DEPTH) throw new PlainYamlError('nested too deeply');
    this.#skipBlanks();
    const char = this.#text[this.#at];
    if (char === '{') return this.#mapping(depth);
    if (char === '[') return this.#sequence(depth);
    return this.#scalar();
  }

  expectEnd(): void {
    this.#skipBlanks();
    if (this.#at < this.#text.length && this.#text[this.#at] !== '#') throw new PlainYamlError('text behind a bracket');
  }

  #mapping(depth: number): PlainYamlValue {
    const mapping: Record<string, PlainYamlValue> = Object.create(null);
    this.#at += 1;
    while (!this.#closes('}')) {
      const key = this.#scalar();
      this.#skipBlanks();
      if (this.#text[this.#at] === ':') {
        this.#at += 1;
        mapping[key] = this.value(depth + 1);
      } else mapping[key] = '';
      this.#separator('}');
    }
    return mapping;
  }

  #sequence(depth: number): PlainYamlValue {
    const items: PlainYamlValue[] = [];
    this.#at += 1;
    while (!this.#closes(']')) {
      items.push(this.value(depth + 1));
      this.#separator(']');
    }
    return items;
  }

  #closes(bracket: string): boolean {
    this.#skipBlanks();
    if (this.#at >= this.#text.length) throw new PlainYamlError('an open bracket');
    if (this.#text[this.#at] !== bracket) return false;
    this.#at += 1;
    return true;
  }

  #separator(bracket: string): void {
    this.#skipBlanks();
    const char = this.#text[this.#at];
    if (char === ',') this.#at += 1;
    else if (char !== bracket) throw new PlainYamlError('a comma is missing');
  }

  #scalar(): string {
    this.#skipBlanks();
    const start = this.#at;
    const first = this.#text[start] ?? '';
    if (first === '"' || first === "'") {
      const end = endOfQuoted(this.#text, start);
      if (end === -1) throw new PlainYamlError('an open quote');
      this.#at = end;
      return unquoted(this.#text.slice(start, end));
    }
    if ('&*!?|>%@`'.includes(first) && first !== '') throw new PlainYamlError('a feature that no lock file uses');
    while (this.#at < this.#text.length && !this.#endsScalar()) this.#at += 1;
    if (this.#at === start && this.#text[start] !== ',' && !/[\]}]/.test(this.#text[start] ?? '')) {
      throw new PlainYamlError('a value is missing');
    }
    return this.#text.slice(start, this.#at).trim();
  }

  #endsScalar(): boolean {
    const char = this.#text[this.#at] ?? '';
    if (char === ':') return /[\s,\]}]/.test(this.#text[this.#at + 1] ?? ' ');
    return char === ',' || char === '}' || char === ']' || char === '{' || char === '[';
  }

  #skipBlanks(): void {
    while (this.#text[this.#at] === ' ' || this.#text[this.#at] === '\n') this.#at += 1;
  }
}
