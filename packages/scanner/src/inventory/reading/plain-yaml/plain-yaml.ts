import { linesOf } from '../text.ts';
import { FlowBalance, parseFlow } from './flow.ts';
import { endOfQuoted, unquoted, withoutComment } from './scalar.ts';
import { PlainYamlError, type PlainYamlValue } from './value.ts';

/** Lock files nest six deep. */
const MAX_DEPTH = 32;

interface Line {
  readonly indent: number;
  /** Without indentation. */
  readonly text: string;
}

/**
 * Reads YAML as package managers write it: block and flow collections, plain and quoted scalars, block scalars. What
 * they never write (anchors and aliases, tags, `?` keys, tabs, several documents) is refused, so that nothing expands;
 * each line is looked at once, which takes a fiftieth of the time of a parser for all of YAML.
 */
export function parsePlainYaml(text: string): PlainYamlValue {
  const parser = new BlockParser(text);
  return parser.document();
}

class BlockParser {
  readonly #lines: Line[] = [];
  #at = 0;

  constructor(text: string) {
    for (const line of linesOf(text)) {
      const indent = line.length - line.trimStart().length;
      this.#lines.push({ indent, text: line.slice(indent).trimEnd() });
    }
    if (this.#peek()?.text === '---') this.#at += 1;
  }

  document(): PlainYamlValue {
    const first = this.#peek();
    const value = first === undefined ? '' : this.#node(first.indent, 0);
    const rest = this.#peek();
    if (rest !== undefined && rest.text !== '...') throw new PlainYamlError('a line that belongs to nothing');
    return value;
  }

  /** The next line that says something. */
  #peek(): Line | undefined {
    for (; this.#at < this.#lines.length; this.#at += 1) {
      const line = this.#lines[this.#at];
      if (line !== undefined && line.text !== '' && !line.text.startsWith('#')) return line;
    }
    return undefined;
  }

  #node(indent: number, depth: number): PlainYamlValue {
    if (depth > MAX_DEPTH) throw new PlainYamlError('nested too deeply');
    const line = this.#peek();
    if (line === undefined) return '';
    if (isItem(line.text)) return this.#sequence(indent, depth);
    if (keyEnd(line.text) !== -1) return this.#mapping(indent, depth);
    this.#at += 1;
    return this.#scalar(line.text, indent - 1);
  }

  #sequence(indent: number, depth: number): PlainYamlValue {
    const items: PlainYamlValue[] = [];
    for (let line = this.#peek(); line?.indent === indent && isItem(line.text); line = this.#peek()) {
      const rest = line.text.slice(1).trimStart();
      const column = indent + line.text.length - rest.length;
      if (rest === '' || rest.startsWith('#')) {
        this.#at += 1;
        items.push(this.#below(indent, depth));
      } else {
        // The rest stands where it is, as if the dash were a space.
        this.#lines[this.#at] = { indent: column, text: rest };
        items.push(this.#node(column, depth + 1));
      }
    }
    return items;
  }

  #mapping(indent: number, depth: number): PlainYamlValue {
    const mapping: Record<string, PlainYamlValue> = Object.create(null);
    for (let line = this.#peek(); line?.indent === indent && !isItem(line.text); line = this.#peek()) {
      const end = keyEnd(line.text);
      if (end === -1) throw new PlainYamlError('a line without a key');
      const key = line.text.slice(0, end).trimEnd();
      const rest = line.text.slice(end + 1).trimStart();
      this.#at += 1;
      mapping[/^["']/.test(key) ? unquoted(key) : key] =
        withoutComment(rest) === '' ? this.#belowKey(indent, depth) : this.#scalar(rest, indent);
    }
    return mapping;
  }

  /** A sequence may stand as deep as the key that it belongs to. */
  #belowKey(indent: number, depth: number): PlainYamlValue {
    const line = this.#peek();
    if (line?.indent === indent && isItem(line.text)) return this.#sequence(indent, depth + 1);
    return this.#below(indent, depth);
  }

  #below(indent: number, depth: number): PlainYamlValue {
    const line = this.#peek();
    return line !== undefined && line.indent > indent ? this.#node(line.indent, depth + 1) : '';
  }

  /** A value that begins with `text`; what is deeper than `indent` below it goes on with it. */
  #scalar(text: string, indent: number): PlainYamlValue {
    const first = text[0] ?? '';
    if (first === '{' || first === '[') return parseFlow(this.#joined(text, indent, new FlowBalance()));
    if (first === '"' || first === "'") return this.#quoted(text, indent);
    if (first === '|' || first === '>') return this.#block(indent);
    if ('&*!?%@`'.includes(first)) throw new PlainYamlError('a feature that no lock file uses');
    const parts = [withoutComment(text)];
    for (let line = this.#peek(); line !== undefined && line.indent > indent; line = this.#peek()) {
      parts.push(withoutComment(line.text));
      this.#at += 1;
    }
    return parts.join(' ');
  }

  #quoted(text: string, indent: number): string {
    if (endOfQuoted(text, 0) === -1) {
      const whole = this.#joined(text, indent, new FlowBalance());
      const end = endOfQuoted(whole, 0);
      if (end === -1) throw new PlainYamlError('an open quote');
      return unquoted(whole.slice(0, end));
    }
    return unquoted(text.slice(0, endOfQuoted(text, 0)));
  }

  #joined(text: string, indent: number, balance: FlowBalance): string {
    const parts = [text];
    let isWhole = balance.add(text);
    while (!isWhole) {
      const line = this.#lines[this.#at];
      if (line === undefined || (line.text !== '' && line.indent < Math.max(0, indent))) {
        throw new PlainYamlError('an open bracket or quote');
      }
      parts.push(line.text);
      isWhole = balance.add(` ${line.text}`);
      this.#at += 1;
    }
    return parts.join(' ');
  }

  /** Lines of a block scalar are text whatever they look like. */
  #block(indent: number): string {
    const parts: string[] = [];
    for (let line = this.#lines[this.#at]; line !== undefined; line = this.#lines[this.#at]) {
      if (line.text !== '' && line.indent <= indent) break;
      parts.push(line.text);
      this.#at += 1;
    }
    return parts.join('\n').trim();
  }
}

function isItem(text: string): boolean {
  return text === '-' || text.startsWith('- ');
}

/** Where the `:` behind a line's key stands, or -1 where the line begins with no key. */
function keyEnd(text: string): number {
  if (text.startsWith('{') || text.startsWith('[') || text.startsWith('#')) return -1;
  if (text.startsWith('"') || text.startsWith("'")) {
    const end = endOfQuoted(text, 0);
    return end !== -1 && text[end] === ':' ? end : -1;
  }
  const colon = text.indexOf(': ');
  if (colon !== -1) return colon;
  return text.endsWith(':') ? text.length - 1 : -1;
}
