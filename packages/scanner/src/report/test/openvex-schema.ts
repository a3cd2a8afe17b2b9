import { z } from 'zod';

/** RFC 3986, as far as characters go. */
const Uri = z.string().regex(/^[a-z][a-z0-9+.-]*:(?:[\w.~:/?#[\]@!$&'()*+,;=-]|%[0-9a-f]{2})*$/i, 'must be a URI');
const Time = z.iso.datetime({ offset: true });
const hashes = ['md5', 'sha1', 'sha-256', 'sha-384', 'sha-512', 'sha3-224', 'sha3-256', 'sha3-384', 'sha3-512'];
const Hashes = z.partialRecord(z.enum([...hashes, 'blake2s-256', 'blake2b-256', 'blake2b-512']), z.string());
const Identifiers = z.partialRecord(z.enum(['purl', '@cpe22', '@cpe23']), z.string());

const Part = z.strictObject({ '@id': Uri.optional(), identifiers: Identifiers.optional(), hashes: Hashes.optional() });
const Product = z.strictObject({ ...Part.shape, subcomponents: different(Part).optional() });

const Vulnerability = z.strictObject({
  '@id': Uri.optional(),
  name: z.string(),
  description: z.string().optional(),
  aliases: different(z.string()).optional(),
});

const Statement = z
  .strictObject({
    '@id': Uri.optional(),
    version: z.int().min(1).optional(),
    vulnerability: Vulnerability,
    timestamp: Time.optional(),
    last_updated: Time.optional(),
    products: different(Product).optional(),
    status: z.enum(['not_affected', 'affected', 'fixed', 'under_investigation']),
    supplier: z.string().optional(),
    status_notes: z.string().optional(),
    justification: z
      .enum([
        'component_not_present',
        'vulnerable_code_not_present',
        'vulnerable_code_not_in_execute_path',
        'vulnerable_code_cannot_be_controlled_by_adversary',
        'inline_mitigations_already_exist',
      ])
      .optional(),
    impact_statement: z.string().optional(),
    action_statement: z.string().optional(),
    action_statement_timestamp: Time.optional(),
  })
  .refine(
    ({ status, justification, impact_statement: impact }) =>
      status !== 'not_affected' || (justification === undefined) !== (impact === undefined),
    'what is not affected has a justification or an impact statement, and not both',
  )
  .refine(
    ({ status, action_statement: action }) => status !== 'affected' || action !== undefined,
    'what is affected has an action statement',
  );

/** What `openvex_json_schema.json` of openvex/spec asks of a document of version 0.2.0. */
const Document = z.strictObject({
  '@context': Uri,
  '@id': Uri,
  author: z.string(),
  role: z.string().optional(),
  timestamp: Time,
  last_updated: Time.optional(),
  version: z.int().min(1),
  tooling: z.string().optional(),
  statements: different(Statement).min(1),
});

/** What a document breaks of OpenVEX's schema; empty where it breaks nothing. */
export function openVexProblemsOf(document: unknown): readonly string[] {
  const parsed = Document.safeParse(document);
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('/')}: ${message}`);
}

function different<Item extends z.ZodType>(item: Item): z.ZodArray<Item> {
  return z
    .array(item)
    .refine((items) => new Set(items.map((one) => JSON.stringify(one))).size === items.length, 'must differ');
}
