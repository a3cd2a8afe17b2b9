import { linesOf } from './text.ts';

/** One paragraph of a control file: values by field name in lower case. */
export type Paragraph = ReadonlyMap<string, string>;

/**
 * Splits text of RFC 822's kind (deb822(5), Python's core metadata, JAR manifests' relatives) into paragraphs. Only
 * first lines of fields are kept unless `folded` names the field: descriptions and file lists are most of the bytes and
 * nobody asks for them. Lines without a colon are skipped.
 */
export function* paragraphsOf(text: string, folded: ReadonlySet<string> = NONE): Generator<Paragraph> {
  let fields = new Map<string, string>();
  let open: string | undefined;
  for (const line of linesOf(text)) {
    if (line.trim() === '') {
      if (fields.size > 0) yield fields;
      fields = new Map();
      open = undefined;
      continue;
    }
    if (line[0] === ' ' || line[0] === '\t') {
      if (open !== undefined) fields.set(open, `${fields.get(open) ?? ''}\n${line.trim()}`);
      continue;
    }
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon).toLowerCase();
    // The first wins, as in dpkg: a repeated field is an error there, and no way to hide a package here.
    if (!fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
    open = folded.has(name) ? name : undefined;
  }
  if (fields.size > 0) yield fields;
}

const NONE: ReadonlySet<string> = new Set();
