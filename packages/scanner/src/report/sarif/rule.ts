import type { Finding } from '../../finding/finding.ts';
import { isWebLink } from '../model/escape.ts';
import { fixOf } from '../model/words.ts';
import { sarifLevel, securitySeverity } from './level.ts';

export interface SarifRule {
  readonly id: string;
  readonly [property: string]: unknown;
}

/** GitHub shows no more of a rule's short text. */
const MAX_SHORT = 1024;

/** The rule of a finding: an advisory, a detector of secrets, or a misconfiguration rule. */
export function ruleOf(finding: Finding): SarifRule {
  const { short, full, help, link } = textOf(finding);
  return {
    id: finding.id,
    name: finding.kind.charAt(0).toUpperCase() + finding.kind.slice(1),
    shortDescription: { text: cut(short) },
    fullDescription: { text: cut(full) },
    help: { text: help, markdown: plainMarkdown(help) },
    ...(link !== undefined && { helpUri: link }),
    defaultConfiguration: { level: sarifLevel(finding.severity) },
    properties: {
      'security-severity': securitySeverity(
        finding.severity,
        finding.kind === 'vulnerability' ? finding.cvss : undefined,
      ),
      precision: finding.kind === 'secret' ? finding.confidence : 'very-high',
      tags: ['security', finding.kind, finding.severity],
    },
  };
}

function textOf(finding: Finding): { short: string; full: string; help: string; link: string | undefined } {
  switch (finding.kind) {
    case 'vulnerability': {
      const title = finding.title === '' ? finding.id : finding.title;
      const help = [`${finding.id}: ${title}`, `Severity: ${finding.severity}`, `Advisory: ${finding.advisory}`];
      return { short: title, full: title, help: help.join('\n'), link: linkOf(finding.id, finding.references) };
    }
    case 'misconfiguration': {
      const help = [finding.title, finding.why, fixOf(finding) ?? ''].filter((part) => part !== '').join('\n');
      return { short: finding.title, full: finding.why, help, link: finding.references.find(isWebLink) };
    }
    default: {
      const short = `Secret: ${finding.id}`;
      return { short, full: short, help: `${short}\n${fixOf(finding) ?? ''}`, link: undefined };
    }
  }
}

function linkOf(id: string, references: readonly string[]): string | undefined {
  return /^CVE-\d+-\d+$/.test(id) ? `https://www.cve.org/CVERecord?id=${id}` : references.find(isWebLink);
}

/** Text from advisories is anybody's: in Markdown it stays text. */
function plainMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>()#+!|~-]/g, (character) => `\\${character}`).replaceAll('\n', '\n\n');
}

function cut(text: string): string {
  return text.length <= MAX_SHORT ? text : `${text.slice(0, MAX_SHORT - 1)}…`.toWellFormed();
}
