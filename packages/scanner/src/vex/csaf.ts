import { z } from 'zod';
import { recordsOf, textOf } from '../sbom/json.ts';
import { parseVex, timeOf } from './invalid-vex.ts';
import {
  JUSTIFICATIONS,
  type Justification,
  type VexClaim,
  type VexProduct,
  type VexStatement,
  type VexStatus,
} from './statement.ts';

type Json = Readonly<Record<string, unknown>>;

const text = z.string();
const ids = z.array(text).optional();
const Csaf = z.object({
  document: z.object({
    csaf_version: z.literal('2.0', { error: 'only CSAF 2.0 is read' }),
    tracking: z.object({ id: text.optional(), current_release_date: text.optional() }).optional(),
  }),
  product_tree: z.record(text, z.unknown()).optional(),
  vulnerabilities: z
    .array(
      z.object({
        cve: text.optional(),
        ids: z.array(z.object({ text: text.optional() })).optional(),
        product_status: z
          .object({
            fixed: ids,
            first_fixed: ids,
            known_affected: ids,
            first_affected: ids,
            last_affected: ids,
            known_not_affected: ids,
            under_investigation: ids,
          })
          .optional(),
        flags: z.array(z.object({ label: text, product_ids: ids, group_ids: ids })).optional(),
        threats: z.array(z.object({ category: text, details: text.optional(), product_ids: ids })).optional(),
      }),
    )
    .optional(),
});
type Vulnerability = NonNullable<z.infer<typeof Csaf>['vulnerabilities']>[number];

/** Reads a CSAF 2.0 document: the profile VEX, or an advisory that says which products are not affected. */
export function readCsaf(document: Json, name: string): readonly VexStatement[] {
  const csaf = parseVex(Csaf, document, name);
  const products = productsOf(csaf.product_tree ?? {});
  const origin = csaf.document.tracking?.id ?? name;
  const timestamp = timeOf(csaf.document.tracking?.current_release_date);
  return (csaf.vulnerabilities ?? []).flatMap((vulnerability) => {
    const names = [vulnerability.cve, ...(vulnerability.ids ?? []).map((id) => id.text)].filter(
      (id) => id !== undefined,
    );
    return statuses(vulnerability).flatMap(([status, productIds]) =>
      [...byReason(vulnerability, status, productIds)].map(({ justification, impact, members }) => ({
        origin: `${origin} (${names[0] ?? 'no id'})`,
        vulnerabilities: names,
        status,
        ...(justification !== undefined && { justification }),
        ...(impact !== undefined && { impact }),
        timestamp,
        claims: members.flatMap((id) => products.get(id) ?? []),
      })),
    );
  });
}

function statuses({ product_status: status }: Vulnerability): readonly (readonly [VexStatus, readonly string[]])[] {
  return [
    ['not_affected', status?.known_not_affected ?? []],
    ['fixed', [...(status?.fixed ?? []), ...(status?.first_fixed ?? [])]],
    [
      'affected',
      [...(status?.known_affected ?? []), ...(status?.first_affected ?? []), ...(status?.last_affected ?? [])],
    ],
    ['under_investigation', status?.under_investigation ?? []],
  ];
}

interface Reasoned {
  readonly justification: Justification | undefined;
  readonly impact: string | undefined;
  readonly members: string[];
}

/** Products of one status, apart by the flag and the impact statement that are about them. */
function byReason(vulnerability: Vulnerability, status: VexStatus, productIds: readonly string[]): Iterable<Reasoned> {
  const labels = new Map<string, string>();
  for (const flag of vulnerability.flags ?? []) for (const id of flag.product_ids ?? []) labels.set(id, flag.label);
  const impacts = new Map<string, string>();
  for (const threat of vulnerability.threats ?? []) {
    if (threat.category !== 'impact' || threat.details === undefined) continue;
    for (const id of threat.product_ids ?? []) impacts.set(id, threat.details);
  }
  const groups = new Map<string, Reasoned>();
  for (const id of productIds) {
    const label = status === 'not_affected' ? labels.get(id) : undefined;
    const justification = JUSTIFICATIONS.find((known) => known === label);
    const impact = status === 'not_affected' ? impacts.get(id) : undefined;
    const key = JSON.stringify([justification, impact]);
    const group = groups.get(key) ?? { justification, impact, members: [] };
    group.members.push(id);
    groups.set(key, group);
  }
  return groups.values();
}

/** What each product id stands for: a product, or a component of a platform. */
function productsOf(tree: Json): ReadonlyMap<string, VexClaim> {
  const products = new Map<string, VexProduct>();
  const waiting = [...recordsOf(tree['branches'])];
  for (let at = 0; at < waiting.length; at += 1) {
    const branch = waiting[at] ?? {};
    for (const one of recordsOf([branch['product']])) addProduct(one, products);
    for (const inner of recordsOf(branch['branches'])) waiting.push(inner);
  }
  for (const one of recordsOf(tree['full_product_names'])) addProduct(one, products);

  const claims = new Map<string, VexClaim>();
  for (const [id, product] of products) claims.set(id, { product, components: [] });
  for (const relationship of recordsOf(tree['relationships'])) {
    const component = products.get(textOf(relationship['product_reference']) ?? '');
    const platform = products.get(textOf(relationship['relates_to_product_reference']) ?? '');
    const [name] = recordsOf([relationship['full_product_name']]);
    const id = textOf(name?.['product_id']);
    if (component === undefined || platform === undefined || id === undefined) continue;
    claims.set(id, { product: platform, components: [component] });
  }
  return claims;
}

function addProduct(one: Json, products: Map<string, VexProduct>): void {
  const id = textOf(one['product_id']);
  if (id === undefined) return;
  const [names] = recordsOf([one['product_identification_helper']]);
  const purl = textOf(names?.['purl']);
  const cpe = textOf(names?.['cpe']);
  const sha256 = recordsOf(names?.['hashes'])
    .flatMap((hash) => recordsOf(hash['file_hashes']))
    .filter((hash) => textOf(hash['algorithm'])?.toLowerCase() === 'sha256')
    .flatMap((hash) => textOf(hash['value'])?.toLowerCase() ?? []);
  products.set(id, { ...(purl !== undefined && { purl }), ...(cpe !== undefined && { cpe }), sha256 });
}
