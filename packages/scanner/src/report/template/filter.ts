import { escapeMarkup } from '../model/escape.ts';

/** How a value is written. `html` is what a tag without a filter gets. */
export const FILTERS = ['html', 'xml', 'json', 'csv', 'raw', 'length', 'upper', 'lower'] as const;
export type Filter = (typeof FILTERS)[number];

/** Writes a value. Lists and objects are JSON, and what is not there is nothing, but for `json`, where it is `null`. */
export function write(value: unknown, filter: Filter): string {
  if (filter === 'json') return jsonOf(value);
  if (filter === 'length') return String(Array.isArray(value) || typeof value === 'string' ? value.length : 0);
  const text = textOf(value);
  switch (filter) {
    case 'html':
    case 'xml':
      return escapeMarkup(text);
    case 'csv':
      return csvOf(text);
    case 'upper':
      return escapeMarkup(text.toUpperCase());
    case 'lower':
      return escapeMarkup(text.toLowerCase());
    default:
      return text;
  }
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : jsonOf(value);
}

/** JSON that is also safe inside a script element of a page. */
function jsonOf(value: unknown): string {
  return (JSON.stringify(value) ?? 'null').replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** RFC 4180, and what a spreadsheet would take for a formula is kept from being one. */
function csvOf(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
