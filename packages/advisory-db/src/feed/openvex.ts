import { problemText } from '@bulkhead/core';
import { readVex } from '@bulkhead/scanner';
import { z } from 'zod';

const Text = z.string().max(65_536);
const Component = z.looseObject({ '@id': Text.optional() });
const Statement = z.looseObject({
  vulnerability: z.looseObject({ name: Text.min(1).max(256), aliases: z.array(Text.max(256)).max(1000).optional() }),
  products: z.array(Component).max(100_000).optional(),
  status: z.enum(['not_affected', 'affected', 'fixed', 'under_investigation']),
});

/** An OpenVEX 0.2.0 document, as far as it has to be understood to be found again. */
const Document = z.looseObject({
  '@context': z.string().startsWith('https://openvex.dev/ns'),
  '@id': Text.min(1).max(2048),
  author: Text,
  timestamp: Text,
  statements: z.array(z.unknown()).max(1_000_000),
});

/** One statement as a document of its own, so that whoever reads OpenVEX can read it. */
export interface VexEntry {
  readonly document: string;
  readonly position: number;
  /** The vulnerability's name and its aliases. */
  readonly names: readonly string[];
  readonly json: string;
}

export type VexReading =
  | { readonly ok: false; readonly reason: string }
  | {
      readonly ok: true;
      readonly id: string;
      readonly timestamp: string;
      readonly entries: readonly VexEntry[];
      readonly rejections: readonly { readonly record: string; readonly reason: string }[];
    };

/** Takes an OpenVEX document apart into its statements. */
export async function parseOpenVex(text: string): Promise<VexReading> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { ok: false, reason: `it is no JSON: ${(error as Error).message}` };
  }
  const parsed = Document.safeParse(json);
  if (!parsed.success) return { ok: false, reason: z.prettifyError(parsed.error).replaceAll('\n', ' ').slice(0, 500) };

  const { statements, ...document } = parsed.data;
  const id = document['@id'];
  const entries: VexEntry[] = [];
  const rejections: { record: string; reason: string }[] = [];
  for (const [position, raw] of statements.entries()) {
    const statement = Statement.safeParse(raw);
    const record = `${id} statements[${position}]`;
    if (!statement.success) {
      const [issue] = statement.error.issues;
      rejections.push({ record, reason: (issue === undefined ? 'it does not fit' : problemText(issue)).slice(0, 300) });
      continue;
    }
    const { name, aliases = [] } = statement.data.vulnerability;
    const single = await readable(
      { ...document, statements: [{ '@id': `${id}#${position + 1}`, ...statement.data }] },
      id,
    );
    if (single.ok)
      entries.push({
        document: id,
        position,
        names: [...new Set([name, ...aliases].map(shortName))],
        json: single.json,
      });
    else rejections.push({ record, reason: single.reason.slice(0, 300) });
  }
  return { ok: true, id, timestamp: document.timestamp, entries, rejections };
}

/** Some write a vulnerability as the address of its page. */
function shortName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/**
 * A document as JSON that scans can read: what they refuse has to be refused here, or each of them would fail. Parsing
 * JSON of any depth works, but writing it recurses.
 */
async function readable(
  document: unknown,
  id: string,
): Promise<{ readonly ok: true; readonly json: string } | { readonly ok: false; readonly reason: string }> {
  try {
    const json = JSON.stringify(document);
    await readVex(Buffer.from(json), id);
    return { ok: true, json };
  } catch (error) {
    return { ok: false, reason: error instanceof RangeError ? 'it is nested too deeply' : (error as Error).message };
  }
}
