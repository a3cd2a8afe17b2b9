import { ScanError } from '../../error.ts';
import { FILTERS, type Filter } from './filter.ts';

/** A template is text with tags; a section repeats for a list, or shows once for anything that is there. */
export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly path: readonly string[]; readonly filter: Filter }
  | {
      readonly kind: 'section';
      readonly path: readonly string[];
      /** Shows where the value is missing, empty or false. */
      readonly inverted: boolean;
      readonly nodes: readonly TemplateNode[];
    };

/** Templates are written by people. */
const MAX_LENGTH = 1024 * 1024;
/** The reports are five levels deep. */
const MAX_DEPTH = 32;
/** Names are short; a tag that long has lost its end. Comments are bound by it too. */
const MAX_TAG = 1024;
const TAG = /^([#^/!]?)\s*([^|]*?)\s*(?:\|\s*([a-z]+)\s*)?$/s;

/** Reads a template. Every mistake is one error that says the line. */
export function parseTemplate(template: string): readonly TemplateNode[] {
  if (template.length > MAX_LENGTH) throw invalid(1, `it is longer than ${MAX_LENGTH} characters`);
  const root: TemplateNode[] = [];
  const open: { readonly name: string; readonly line: number; readonly nodes: TemplateNode[] }[] = [];
  const into = (): TemplateNode[] => open.at(-1)?.nodes ?? root;
  let line = 1;
  for (let at = 0; at < template.length; ) {
    const start = template.indexOf('{{', at);
    const text = template.slice(at, start < 0 ? undefined : start);
    if (text !== '') into().push({ kind: 'text', text });
    if (start < 0) break;
    line += lineBreaks(text);
    const end = template.indexOf('}}', start + 2);
    if (end < 0) throw invalid(line, 'a tag is not closed with "}}"');
    const tag = template.slice(start + 2, end);
    if (tag.length > MAX_TAG) throw invalid(line, `a tag is longer than ${MAX_TAG} characters`);
    const [, sign, name = '', filter] = TAG.exec(tag) ?? [];
    if (sign === undefined) throw invalid(line, `"{{${tag.slice(0, 40)}}}" is no tag`);
    if (sign === '#' || sign === '^') {
      if (open.length >= MAX_DEPTH) throw invalid(line, `sections are nested deeper than ${MAX_DEPTH}`);
      const nodes: TemplateNode[] = [];
      into().push({ kind: 'section', path: pathOf(name, line), inverted: sign === '^', nodes });
      open.push({ name, line, nodes });
    } else if (sign === '/') {
      const section = open.pop();
      if (section === undefined) throw invalid(line, `"{{/${name}}}" closes nothing`);
      if (section.name !== name)
        throw invalid(line, `"{{/${name}}}" closes the section "${section.name}" of line ${section.line}`);
    } else if (sign === '') {
      into().push({ kind: 'value', path: pathOf(name, line), filter: filterOf(filter, line) });
    }
    line += lineBreaks(tag);
    at = end + 2;
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) throw invalid(unclosed.line, `the section "${unclosed.name}" is not closed`);
  return root;
}

function pathOf(name: string, line: number): readonly string[] {
  if (name === '.') return [];
  const path = name.split('.');
  if (path.some((step) => !/^@?[A-Za-z0-9_-]+$/.test(step))) throw invalid(line, `${JSON.stringify(name)} is no name`);
  return path;
}

function filterOf(name: string | undefined, line: number): Filter {
  if (name === undefined) return 'html';
  const filter = FILTERS.find((one) => one === name);
  if (filter === undefined) throw invalid(line, `there is no filter "${name}", only ${FILTERS.join(', ')}`);
  return filter;
}

function lineBreaks(text: string): number {
  return text.split('\n').length - 1;
}

function invalid(line: number, why: string): ScanError {
  return new ScanError('INVALID_TEMPLATE', {
    what: `cannot read the template, line ${line}`,
    why,
    fix: 'correct the template; docs/reference/scanning.md describes its tags',
  });
}
