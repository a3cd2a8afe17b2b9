import type { Finding, Suppression, VulnerabilityFinding } from '../finding/finding.ts';
import { holds, type VexSubject } from './product.ts';
import type { VexStatement } from './statement.ts';

/**
 * Marks the vulnerabilities that a statement says do not count. Of all statements about a vulnerability in a package the
 * latest one wins, whatever it says: a later "affected" takes an earlier "not affected" back. Of equally late ones the
 * last in the order given wins. Findings that are suppressed already stay as they are.
 */
export function applyVex(
  findings: readonly Finding[],
  statements: readonly VexStatement[],
  scanned: VexSubject,
): readonly Finding[] {
  if (statements.length === 0) return findings;
  const byName = new Map<string, VexStatement[]>();
  for (const statement of statements) {
    for (const name of new Set(statement.vulnerabilities)) {
      const known = byName.get(name);
      if (known === undefined) byName.set(name, [statement]);
      else known.push(statement);
    }
  }
  return findings.map((finding) => {
    if (finding.kind !== 'vulnerability' || finding.suppressed !== undefined) return finding;
    const latest = latestOf(statementsAbout(finding, byName), finding, scanned);
    if (latest === undefined || (latest.status !== 'not_affected' && latest.status !== 'fixed')) return finding;
    return { ...finding, suppressed: suppressionOf(latest) };
  });
}

function statementsAbout(
  finding: VulnerabilityFinding,
  byName: ReadonlyMap<string, readonly VexStatement[]>,
): ReadonlySet<VexStatement> {
  const names = new Set([finding.id, finding.advisory, ...finding.aliases]);
  return new Set([...names].flatMap((name) => byName.get(name) ?? []));
}

function latestOf(
  statements: ReadonlySet<VexStatement>,
  finding: VulnerabilityFinding,
  scanned: VexSubject,
): VexStatement | undefined {
  let latest: VexStatement | undefined;
  for (const statement of statements) {
    if (latest !== undefined && statement.timestamp < latest.timestamp) continue;
    if (statement.claims.some((claim) => holds(claim, finding.package, scanned))) latest = statement;
  }
  return latest;
}

function suppressionOf({ origin, status, justification, impact }: VexStatement): Suppression {
  const reason = [status === 'fixed' ? 'fixed' : justification, impact].filter(
    (part) => part !== undefined && part !== '',
  );
  return { by: 'vex', statement: origin, reason: reason.join(': ') };
}
