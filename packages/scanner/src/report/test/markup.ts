/** Elements of HTML that have no end (HTML standard, section 13.1.2). */
const VOID = new Set([
  'area',
  'base',
  'br',
  'col',
  'embed',
  'hr',
  'img',
  'input',
  'link',
  'meta',
  'source',
  'track',
  'wbr',
]);
/** Elements whose text is no markup. */
const RAW = new Set(['style', 'script']);

const TAG = /^<(\/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-zA-Z][a-zA-Z0-9:-]*(?:="[^"]*")?)*)\s*(\/?)>/;
const REFERENCE = /^&(?:[a-zA-Z][a-zA-Z0-9]*|#\d+|#x[0-9a-fA-F]+);/;

/**
 * What keeps a text from being well formed, HTML or XML: stricter than browsers, which guess. Attributes have their values
 * in double quotes, every element but void ones is closed, in order.
 */
export function unclosedIn(text: string): readonly string[] {
  const problems: string[] = [];
  const open: string[] = [];
  for (let at = 0; at < text.length; ) {
    const raw = open.at(-1) ?? '';
    const next = RAW.has(raw) ? text.indexOf(`</${raw}>`, at) : nextMark(text, at);
    if (next < 0) break;
    const rest = text.slice(next, next + 100_000);
    const skipped =
      /^(?:<!--.*?-->|<!doctype [^>]*>|<\?xml [^>]*\?>|<!\[CDATA\[.*?\]\]>)/is.exec(rest) ?? REFERENCE.exec(rest);
    const tag = TAG.exec(rest);
    if (skipped !== null) at = next + skipped[0].length;
    else if (tag === null) {
      problems.push(rest.startsWith('<') ? 'a "<" that is no tag' : 'an "&" that is no character');
      at = next + 1;
    } else {
      const [whole, end = '', name = '', , selfClosed = ''] = tag;
      if (end === '/') {
        const closed = open.pop();
        if (closed !== name) problems.push(`</${name}> closes ${closed === undefined ? 'nothing' : `<${closed}>`}`);
      } else if (selfClosed === '' && !VOID.has(name)) open.push(name);
      at = next + whole.length;
    }
  }
  return [...problems, ...open.map((name) => `<${name}> is not closed`)];
}

function nextMark(text: string, from: number): number {
  const found = text.slice(from).search(/[<&]/);
  return found < 0 ? -1 : from + found;
}
