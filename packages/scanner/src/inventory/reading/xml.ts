/** Deeper documents are no manifests. */
const MAX_DEPTH = 64;
const MAX_ELEMENTS = 500_000;

export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Its own text, trimmed. */
  readonly text: string;
}

interface OpenElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  text: string;
}

/**
 * Reads an XML document as far as manifests need it: elements, attributes, text and CDATA. Document types are skipped
 * and no entity is defined by them, so nothing expands and nothing is fetched. Undefined where it is not well formed or
 * exceeds the bounds. Names keep no namespace prefix.
 */
export function parseXml(text: string): XmlElement | undefined {
  const root: OpenElement = { name: '', attributes: new Map(), children: [], text: '' };
  const open = [root];
  let elements = 0;
  for (let at = 0; at < text.length; ) {
    const start = text.indexOf('<', at);
    const current = open.at(-1);
    if (current === undefined) return undefined;
    current.text += unescaped(text.slice(at, start === -1 ? text.length : start));
    if (start === -1) break;
    const special = skipped(text, start);
    if (special !== undefined) {
      if (special.end === -1) return undefined;
      current.text += special.text;
      at = special.end;
      continue;
    }
    const end = endOfTag(text, start);
    if (end === -1) return undefined;
    const tag = text.slice(start + 1, end);
    if (tag.startsWith('/')) {
      if (open.length < 2 || current.name !== localName(tag.slice(1).trim())) return undefined;
      open.pop();
      open.at(-1)?.children.push(closed(current));
    } else {
      elements += 1;
      if (elements > MAX_ELEMENTS || open.length > MAX_DEPTH) return undefined;
      const element = opened(tag);
      if (tag.endsWith('/')) current.children.push(closed(element));
      else open.push(element);
    }
    at = end + 1;
  }
  return open.length === 1 && root.children.length === 1 ? root.children[0] : undefined;
}

/** The first child of a name. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name);
}

/** The text of the first child of a name; undefined where there is none or it is empty. */
export function textOfChild(element: XmlElement | undefined, name: string): string | undefined {
  const text = childOf(element, name)?.text;
  return text === '' ? undefined : text;
}

function closed(element: OpenElement): XmlElement {
  return { ...element, text: element.text.trim() };
}

/** Comments, CDATA, processing instructions and document types; `end` is -1 where they do not end. */
function skipped(text: string, start: number): { readonly text: string; readonly end: number } | undefined {
  const two = text.slice(start, start + 2);
  if (two === '<?') return { text: '', end: after(text, '?>', start) };
  if (two !== '<!') return undefined;
  if (text.startsWith('<!--', start)) return { text: '', end: after(text, '-->', start + 4) };
  if (text.startsWith('<![CDATA[', start)) {
    const end = after(text, ']]>', start);
    return { text: end === -1 ? '' : text.slice(start + 9, end - 3), end };
  }
  // A document type may hold declarations in brackets.
  const close = after(text, '>', start);
  const bracket = text.slice(start, Math.max(start, close)).indexOf('[');
  return { text: '', end: bracket === -1 ? close : after(text, ']>', start + bracket) };
}

function after(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at === -1 ? -1 : at + mark.length;
}

/** The `>` that is not inside an attribute's value. */
function endOfTag(text: string, start: number): number {
  let quote = '';
  for (let at = start + 1; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '>') return at;
    else if (char === '<') return -1;
  }
  return -1;
}

function opened(tag: string): OpenElement {
  const bare = tag.endsWith('/') ? tag.slice(0, -1) : tag;
  const nameEnd = bare.search(/\s/);
  const name = localName(nameEnd === -1 ? bare : bare.slice(0, nameEnd));
  return { name, attributes: nameEnd === -1 ? new Map() : attributesOf(bare, nameEnd), children: [], text: '' };
}

/** `name="value"` pairs, one pass; what is written otherwise ends them. */
function attributesOf(tag: string, start: number): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (let at = start; at < tag.length; ) {
    const equals = tag.indexOf('=', at);
    if (equals === -1) break;
    const name = tag.slice(at, equals).trim();
    let opening = equals + 1;
    while (tag[opening] === ' ') opening += 1;
    const quote = tag[opening];
    if (quote !== '"' && quote !== "'") break;
    const closing = tag.indexOf(quote, opening + 1);
    if (closing === -1) break;
    attributes.set(localName(name), unescaped(tag.slice(opening + 1, closing)));
    at = closing + 1;
  }
  return attributes;
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(\w{1,8}));/g, (whole, decimal, hex, name) => {
    if (typeof name === 'string') return ENTITIES[name] ?? whole;
    const code = typeof decimal === 'string' ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
