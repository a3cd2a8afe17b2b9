import { z } from 'zod';
import type { Finding } from '../../finding/finding.ts';
import { Misconfiguration, Package, Secret, Vulnerability } from './schema.ts';

/** Findings as they are kept: what reports say beside them (fingerprints, package URLs) is made from them. */
const KeptFinding = z.discriminatedUnion('kind', [
  Vulnerability.omit({ fingerprint: true })
    .extend({ package: Package.omit({ purl: true }).strip() })
    .strip(),
  Secret.omit({ fingerprint: true }).strip(),
  Misconfiguration.omit({ fingerprint: true }).strip(),
]);

/** Reads findings as a control plane has kept them; nothing where they are none. */
export function readFindings(items: unknown): readonly Finding[] | undefined {
  return z.array(KeptFinding).safeParse(items).data as readonly Finding[] | undefined;
}
