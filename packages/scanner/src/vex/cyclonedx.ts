import { z } from 'zod';
import { recordsOf, textOf } from '../sbom/json.ts';
import { parseVex, timeOf } from './invalid-vex.ts';
import type { Justification, VexClaim, VexProduct, VexStatement, VexStatus } from './statement.ts';

type Json = Readonly<Record<string, unknown>>;

const text = z.string();
const Vex = z.object({
  serialNumber: text.optional(),
  metadata: z.object({ timestamp: text.optional() }).optional(),
  components: z.array(z.unknown()).optional(),
  vulnerabilities: z
    .array(
      z.object({
        id: text.optional(),
        references: z.array(z.object({ id: text.optional() })).optional(),
        updated: text.optional(),
        analysis: z
          .object({
            state: text.optional(),
            justification: text.optional(),
            detail: text.optional(),
            lastUpdated: text.optional(),
          })
          .optional(),
        affects: z.array(z.object({ ref: text })).optional(),
      }),
    )
    .optional(),
});

const STATES: Readonly<Record<string, VexStatus>> = {
  not_affected: 'not_affected',
  false_positive: 'not_affected',
  resolved: 'fixed',
  resolved_with_pedigree: 'fixed',
  exploitable: 'affected',
  in_triage: 'under_investigation',
};
/** CycloneDX's nine reasons in the words of the five. */
const REASONS: Readonly<Record<string, Justification>> = {
  code_not_present: 'vulnerable_code_not_present',
  code_not_reachable: 'vulnerable_code_not_in_execute_path',
  requires_configuration: 'vulnerable_code_cannot_be_controlled_by_adversary',
  requires_dependency: 'vulnerable_code_cannot_be_controlled_by_adversary',
  requires_environment: 'vulnerable_code_cannot_be_controlled_by_adversary',
  protected_by_compiler: 'inline_mitigations_already_exist',
  protected_at_runtime: 'inline_mitigations_already_exist',
  protected_at_perimeter: 'inline_mitigations_already_exist',
  protected_by_mitigating_control: 'inline_mitigations_already_exist',
};

/** Reads the analyses of a CycloneDX document; a vulnerability without one says nothing. */
export function readCycloneDxVex(document: Json, name: string): readonly VexStatement[] {
  const vex = parseVex(Vex, document, name);
  const purls = purlsByReference(document);
  return (vex.vulnerabilities ?? []).flatMap((vulnerability, index) => {
    const { analysis } = vulnerability;
    const status = STATES[analysis?.state ?? ''];
    if (status === undefined) return [];
    const justification = REASONS[analysis?.justification ?? ''];
    const ids = [vulnerability.id, ...(vulnerability.references ?? []).map(({ id }) => id)];
    return {
      origin: `${vex.serialNumber ?? name}#${index + 1}`,
      vulnerabilities: ids.filter((id) => id !== undefined),
      status,
      ...(justification !== undefined && { justification }),
      ...(analysis?.detail !== undefined && { impact: analysis.detail }),
      timestamp: timeOf(analysis?.lastUpdated ?? vulnerability.updated ?? vex.metadata?.timestamp),
      claims: (vulnerability.affects ?? []).map(({ ref }) => claimOf(ref, purls)),
    };
  });
}

/** A reference names a component of this document, or one of another by BOM-Link (`urn:cdx:…#ref`), or is a purl. */
function claimOf(reference: string, purls: ReadonlyMap<string, string>): VexClaim {
  const hash = reference.indexOf('#');
  const linked = reference.startsWith('urn:cdx:') && hash > 0 ? decoded(reference.slice(hash + 1)) : reference;
  const purl = purls.get(linked) ?? (linked.startsWith('pkg:') ? linked : undefined);
  const product: VexProduct = { ...(purl !== undefined && { purl }), sha256: [] };
  return { product, components: [] };
}

function decoded(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

function purlsByReference(document: Json): ReadonlyMap<string, string> {
  const purls = new Map<string, string>();
  const waiting = [...recordsOf(document['components'])];
  // Every component is visited once, however deep it lies.
  for (let at = 0; at < waiting.length; at += 1) {
    const component = waiting[at];
    if (component === undefined) continue;
    const reference = textOf(component['bom-ref']);
    const purl = textOf(component['purl']);
    if (reference !== undefined && purl !== undefined) purls.set(reference, purl);
    for (const inner of recordsOf(component['components'])) waiting.push(inner);
  }
  return purls;
}
