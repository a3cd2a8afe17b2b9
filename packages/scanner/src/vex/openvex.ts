import { z } from 'zod';
import { parseVex, timeOf } from './invalid-vex.ts';
import { JUSTIFICATIONS, type VexProduct, type VexStatement } from './statement.ts';

const text = z.string();
const component = z.object({
  '@id': text.optional(),
  identifiers: z.record(text, text).optional(),
  hashes: z.record(text, text).optional(),
});
const product = component.extend({ subcomponents: z.array(component).optional() });
const vulnerability = z.object({ '@id': text.optional(), name: text.optional(), aliases: z.array(text).optional() });

const OpenVex = z.object({
  '@id': text.optional(),
  timestamp: text.optional(),
  last_updated: text.optional(),
  statements: z.array(
    z
      .object({
        '@id': text.optional(),
        vulnerability: z.union([text, vulnerability]),
        timestamp: text.optional(),
        last_updated: text.optional(),
        // Before 0.2.0 products were plain identifiers.
        products: z.array(z.union([text, product])).optional(),
        status: z.enum(['not_affected', 'affected', 'fixed', 'under_investigation']),
        justification: z.enum(JUSTIFICATIONS).optional(),
        impact_statement: text.optional(),
        status_notes: text.optional(),
      })
      .refine(
        (statement) =>
          statement.status !== 'not_affected' || (statement.justification ?? statement.impact_statement) !== undefined,
        {
          message: 'not_affected needs a justification or an impact_statement',
        },
      ),
  ),
});

/** Reads an OpenVEX document (0.2.0, and 0.0.x, whose products are identifiers). */
export function readOpenVex(document: unknown, name: string): readonly VexStatement[] {
  const vex = parseVex(OpenVex, document, name);
  return vex.statements.map((statement, index) => {
    const { vulnerability: about, justification, status } = statement;
    const names = typeof about === 'string' ? [about] : [about.name, about['@id'], ...(about.aliases ?? [])];
    const impact = statement.impact_statement ?? statement.status_notes;
    return {
      origin: statement['@id'] ?? `${vex['@id'] ?? name}#${index + 1}`,
      vulnerabilities: names.filter((one) => one !== undefined).map((one) => one.slice(one.lastIndexOf('/') + 1)),
      status,
      ...(justification !== undefined && { justification }),
      ...(impact !== undefined && { impact }),
      timestamp: timeOf(statement.last_updated ?? statement.timestamp ?? vex.last_updated ?? vex.timestamp),
      claims: (statement.products ?? []).map((one) =>
        typeof one === 'string'
          ? { product: productOf({ '@id': one }), components: [] }
          : { product: productOf(one), components: (one.subcomponents ?? []).map(productOf) },
      ),
    };
  });
}

function productOf(one: z.infer<typeof component>): VexProduct {
  const purl = [one.identifiers?.['purl'], one['@id']].find((id) => id?.startsWith('pkg:') === true);
  const cpe = one.identifiers?.['cpe23'] ?? one.identifiers?.['cpe22'];
  const sha256 = Object.entries(one.hashes ?? {})
    .filter(([algorithm]) => /^sha-?256$/i.test(algorithm))
    .map(([, hash]) => hash.toLowerCase());
  return { ...(purl !== undefined && { purl }), ...(cpe !== undefined && { cpe }), sha256 };
}
