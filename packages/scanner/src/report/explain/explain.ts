import { printable } from '@bulkhead/core';
import type { Finding, VulnerabilityFinding } from '../../finding/finding.ts';
import { fixOf, fullName, placeOf, subjectLine } from '../model/words.ts';
import type { ScanReport } from '../scan-report.ts';

const EPOCH_RULES = {
  'missing-is-zero': 'a version without an epoch has epoch 0',
  'ignored-on-both-sides': 'the source package says no epoch, so that epochs were ignored on both sides',
} as const;

/**
 * Tells how each finding of an id came about: which package matched by which of its names, the two versions and what
 * compared them, and which statement suppressed it. `id` may be any name of the vulnerability.
 */
export function* explainFindings(report: ScanReport, id: string): Generator<string> {
  const findings = report.findings.filter((finding) => hasName(finding, id));
  for (const finding of findings) {
    yield `${printable(finding.id)} in ${printable(subjectLine(report))}\n`;
    for (const [term, value] of rowsOf(finding)) yield `  ${term.padEnd(WIDTH)}${printable(value)}\n`;
    yield '\n';
  }
}

/** Whether a finding is known by a name. */
export function hasName(finding: Finding, id: string): boolean {
  const names = finding.kind === 'vulnerability' ? [finding.id, finding.advisory, ...finding.aliases] : [finding.id];
  return names.some((name) => name.toLowerCase() === id.toLowerCase());
}

const WIDTH = 19;

function rowsOf(finding: Finding): readonly (readonly [string, string])[] {
  const { suppressed } = finding;
  const last: [string, string][] = [
    [
      'suppressed',
      suppressed === undefined
        ? 'no statement suppresses it'
        : `${suppressed.by}: ${suppressed.statement}${suppressed.reason === '' ? '' : `: ${suppressed.reason}`}`,
    ],
  ];
  if (finding.kind === 'vulnerability') return [...vulnerabilityRows(finding), ...last];
  const what = finding.kind === 'secret' ? `${finding.masked} (${finding.confidence} confidence)` : finding.message;
  return [
    ['found in', placeOf(finding.location)],
    ['what', what],
    ['what to do', fixOf(finding) ?? 'nothing known'],
    ...last,
  ];
}

function vulnerabilityRows(finding: VulnerabilityFinding): readonly (readonly [string, string])[] {
  const { package: subject, explanation, risk, cvss, epss, kev } = finding;
  const source = subject.source;
  return [
    ['advisory', `${finding.advisory} (${finding.source}), severity ${finding.severity}`],
    ['names', finding.aliases.length === 0 ? finding.id : finding.aliases.join(', ')],
    [
      'binary package',
      `${fullName(subject)} ${subject.version}${subject.arch === undefined ? '' : ` (${subject.arch})`}`,
    ],
    [
      'source package',
      source === undefined
        ? 'none: packages of this type have no other name'
        : `${source.name} ${source.version ?? '(version not known)'}`,
    ],
    ['found in', placeOf(subject.location)],
    ['matched', `${explanation.matchedName}, by the ${explanation.by} package, in ${explanation.ecosystem}`],
    ['installed version', explanation.installedVersion],
    ['compared version', explanation.comparedVersion],
    ['affected', explanation.range],
    ['comparator', explanation.scheme],
    [
      'epochs',
      explanation.epochRule === undefined
        ? 'compared as they are, or unknown to this comparator'
        : EPOCH_RULES[explanation.epochRule],
    ],
    ['fix', finding.fixedVersions.length === 0 ? `none (${finding.status})` : finding.fixedVersions.join(', ')],
    [
      'risk',
      `${risk.score.toFixed(1)} of 100${risk.terms.length === 0 ? '' : `: ${risk.terms.map(({ name, value }) => `${name} ${Number(value.toFixed(3))}`).join(', ')}`}`,
    ],
    ...(cvss === undefined ? [] : [['CVSS', `${cvss.score} ${cvss.vector}`] as const]),
    ...(epss === undefined
      ? []
      : [
          [
            'EPSS',
            `${(100 * epss.probability).toFixed(2)} % (above ${(100 * epss.percentile).toFixed(0)} % of all)`,
          ] as const,
        ]),
    ...(kev === undefined
      ? []
      : [['known exploited', `since ${kev.dateAdded}${kev.ransomware ? ', by ransomware too' : ''}`] as const]),
  ];
}
