import { compareText } from '@bulkhead/core';
import { toPurl } from '../../package/purl.ts';
import type { ReportOptions } from '../format.ts';
import { isoSeconds } from '../model/age.ts';
import { uuidOf } from '../model/fingerprint.ts';
import type { ScanReport } from '../scan-report.ts';

/**
 * An OpenVEX 0.2.0 document with one statement for each vulnerability and status: what was suppressed is not affected,
 * everything else affected, with what to do about it.
 */
export function* openVexReport(report: ScanReport, options: ReportOptions): Generator<string> {
  const timestamp = isoSeconds(options.createdAt);
  const statements = statementsOf(report);
  const content = JSON.stringify([report.subject, statements]);
  yield `${JSON.stringify(
    {
      '@context': 'https://openvex.dev/ns/v0.2.0',
      '@id': `https://openvex.dev/docs/${options.tool.name}/${uuidOf(content)}`,
      author: options.tool.name,
      role: 'scanner',
      timestamp,
      version: 1,
      tooling: `${options.tool.name} ${options.tool.version}`,
      statements,
    },
    null,
    2,
  )}\n`;
}

interface Statement {
  readonly vulnerability: { readonly name: string; readonly aliases?: readonly string[] };
  readonly products: { '@id': string; subcomponents: { '@id': string }[] }[];
  readonly status: 'affected' | 'not_affected';
  readonly impact_statement?: string;
  readonly action_statement?: string;
}

function statementsOf(report: ScanReport): readonly Statement[] {
  const product = productOf(report);
  const byKey = new Map<string, { statement: Statement; packages: Set<string> }>();
  for (const finding of report.findings) {
    if (finding.kind !== 'vulnerability') continue;
    const { suppressed } = finding;
    const impact = suppressed === undefined ? '' : `${suppressed.reason} (${suppressed.statement})`;
    const [fixed] = finding.fixedVersions;
    const action = fixed === undefined ? 'no fixed version is known' : `update to ${fixed}`;
    const key = JSON.stringify([finding.id, suppressed === undefined ? action : impact, suppressed === undefined]);
    let entry = byKey.get(key);
    if (entry === undefined) {
      const aliases = finding.aliases.filter((alias) => alias !== finding.id);
      entry = {
        packages: new Set(),
        statement: {
          vulnerability: { name: finding.id, ...(aliases.length > 0 && { aliases }) },
          products: [{ '@id': product, subcomponents: [] }],
          ...(suppressed === undefined
            ? { status: 'affected', action_statement: action }
            : { status: 'not_affected', impact_statement: impact }),
        },
      };
      byKey.set(key, entry);
    }
    entry.packages.add(toPurl(finding.package, report.os));
  }
  return [...byKey.values()].map(({ statement, packages }) => ({
    ...statement,
    products: [{ '@id': product, subcomponents: [...packages].toSorted(compareText).map((id) => ({ '@id': id })) }],
  }));
}

/** The subject as a product: an image by its digest, so that the statement holds for no other build. */
export function productOf({ subject }: ScanReport): string {
  if (subject.kind !== 'image') return `pkg:generic/${encodeURIComponent(subject.name.toWellFormed())}`;
  const reference = subject.name.replace(/@sha256:[0-9a-f]+$/, '');
  const name = reference.slice(reference.lastIndexOf('/') + 1).replace(/:[^:]*$/, '');
  return `pkg:oci/${encodeURIComponent(name.toWellFormed())}@${encodeURIComponent(subject.image.digest)}`;
}
