import { problemText } from '@bulkhead/core';
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { ScanError } from '../error.ts';
import type { Finding } from '../finding/finding.ts';
import type { IgnoreEntry } from './ignore.ts';

/** People write these by hand. */
export const MAX_IGNORE_FILE_BYTES = 4 * 1024 * 1024;

/**
 * Reads an ignore file: a plain `.trivyignore` (one id a line, `#` comments, `exp:YYYY-MM-DD`), a `.trivyignore.yaml`
 * (`vulnerabilities`, `misconfigurations`, `secrets`), or Bulkhead's own YAML (`ignore`, where every entry has a
 * reason and may end on a day). Which one it is follows from its name and its content.
 */
export function readIgnoreFile(content: Buffer, name: string): readonly IgnoreEntry[] {
  if (content.length > MAX_IGNORE_FILE_BYTES) throw invalid(name, 'it is larger than 4 MiB');
  const text = content.toString('utf8').replace(/^\ufeff/, '');
  return /\.(?:ya?ml|json)$/i.test(name) ? readYaml(text, name) : readPlain(text, name);
}

function readPlain(text: string, name: string): readonly IgnoreEntry[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const [before = '', ...comment] = line.split('#');
    const words = before.trim().split(/\s+/);
    const [id, ...rest] = words;
    if (id === undefined || id === '') return [];
    const until = rest.find((word) => word.startsWith('exp:'))?.slice(4);
    const strange = rest.find((word) => !word.startsWith('exp:'));
    if (strange !== undefined)
      throw invalid(name, `line ${index + 1}: ${JSON.stringify(strange.slice(0, 60))} is not understood`);
    const expiresAt = until === undefined ? undefined : dayOf(until);
    if (until !== undefined && expiresAt === undefined)
      throw invalid(name, `line ${index + 1}: ${JSON.stringify(until.slice(0, 60))} is no date`);
    return {
      origin: `${name}:${index + 1}`,
      id,
      ...(expiresAt !== undefined && { expiresAt }),
      reason: comment.join('#').trim(),
    };
  });
}

const DAY_MS = 24 * 60 * 60 * 1000;
const day = z.string().refine((text) => dayOf(text) !== undefined, { message: 'must be a date such as 2027-01-31' });
const list = z.array(z.string()).optional();
const TrivyEntry = z.object({
  id: z.string(),
  paths: list,
  purls: list,
  expired_at: day.optional(),
  statement: z.string().optional(),
});
const TrivyFile = z.strictObject({
  vulnerabilities: z.array(TrivyEntry).optional(),
  misconfigurations: z.array(TrivyEntry).optional(),
  secrets: z.array(TrivyEntry).optional(),
  licenses: z.array(z.unknown()).optional(),
});
const OwnFile = z.strictObject({
  ignore: z.array(
    z.strictObject({
      id: z.string().min(1),
      packages: list,
      paths: list,
      until: day.optional(),
      reason: z.string().min(1),
    }),
  ),
});

function readYaml(text: string, name: string): readonly IgnoreEntry[] {
  const lines = new LineCounter();
  // Aliases could make a small file a large one, and nobody needs them here.
  const document = parseDocument(text, { lineCounter: lines, schema: 'core' });
  const [error] = document.errors;
  if (error !== undefined) throw invalid(name, error.message.split('\n')[0] ?? 'it is no YAML');
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 0 });
  } catch {
    throw invalid(name, 'it has aliases');
  }
  const lineOf = (...path: readonly (string | number)[]): number => {
    const node = document.getIn(path, true);
    const range = isMap(node) || isSeq(node) || isScalar(node) ? node.range : undefined;
    return range == null ? 1 : lines.linePos(range[0]).line;
  };
  if (value === null) return [];
  if (typeof value === 'object' && 'ignore' in value) {
    return parse(OwnFile, value, name).ignore.map((entry, index) => {
      const until = entry.until === undefined ? undefined : dayOf(entry.until);
      return {
        origin: `${name}:${lineOf('ignore', index)}`,
        id: entry.id,
        ...(entry.paths !== undefined && { paths: entry.paths }),
        ...(entry.packages !== undefined && { purls: entry.packages }),
        // The last day counts.
        ...(until !== undefined && { expiresAt: until + DAY_MS }),
        reason: entry.reason,
      };
    });
  }
  const file = parse(TrivyFile, value, name);
  const section = (
    key: 'vulnerabilities' | 'misconfigurations' | 'secrets',
    kind: Finding['kind'],
  ): readonly IgnoreEntry[] =>
    (file[key] ?? []).map((entry, index) => {
      const expiresAt = entry.expired_at === undefined ? undefined : dayOf(entry.expired_at);
      return {
        origin: `${name}:${lineOf(key, index)}`,
        id: entry.id,
        kinds: [kind],
        ...(entry.paths !== undefined && { paths: entry.paths }),
        ...(entry.purls !== undefined && { purls: entry.purls }),
        ...(expiresAt !== undefined && { expiresAt }),
        reason: entry.statement ?? '',
      };
    });
  return [
    ...section('vulnerabilities', 'vulnerability'),
    ...section('misconfigurations', 'misconfiguration'),
    ...section('secrets', 'secret'),
  ];
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown, name: string): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw invalid(name, issue === undefined ? 'it is malformed' : problemText(issue));
}

/** Midnight (UTC) at which a day begins. */
function dayOf(text: string): number | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})(?:T.*)?$/.exec(text);
  const time = match?.[1] === undefined ? Number.NaN : Date.parse(`${match[1]}T00:00:00Z`);
  return Number.isNaN(time) ? undefined : time;
}

function invalid(name: string, why: string): ScanError {
  return new ScanError('INVALID_IGNORE_FILE', {
    what: `cannot read the ignore file ${JSON.stringify(name)}`,
    why,
    fix: 'correct it; docs/reference/scanning.md describes the forms',
  });
}
