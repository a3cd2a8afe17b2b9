import { printable } from '@bulkhead/core';
import type { Finding } from '../../finding/finding.ts';
import type { LocatedPackage, Location } from '../../package/package.ts';
import type { ScanReport } from '../scan-report.ts';

/** `1 package`, `2 packages`. */
export function count(amount: number, noun: string, plural = `${noun}s`): string {
  return `${amount} ${amount === 1 ? noun : plural}`;
}

/** A package's name as people write it: with the group, scope or module path before it. */
export function fullName(subject: LocatedPackage): string {
  if (subject.namespace === undefined) return subject.name;
  return `${subject.namespace}${subject.type === 'maven' ? ':' : '/'}${subject.name}`;
}

/** `usr/lib/app.jar!WEB-INF/lib/a.jar:12`. */
export function placeOf(location: Location): string {
  const path = [location.path, ...(location.within ?? [])].join('!');
  return location.line === undefined ? path : `${path}:${location.line}`;
}

/** One line that says what a finding is, without where it is. */
export function titleOf(finding: Finding): string {
  switch (finding.kind) {
    case 'vulnerability':
      return finding.title;
    case 'misconfiguration':
      return finding.title === finding.message ? finding.title : `${finding.title}: ${finding.message}`;
    default:
      return `${finding.id} (${finding.confidence} confidence): ${finding.masked}`;
  }
}

/** What to do about a finding, in one sentence; undefined where nobody has a fix. */
export function fixOf(finding: Finding): string | undefined {
  switch (finding.kind) {
    case 'vulnerability': {
      const [nearest] = finding.fixedVersions;
      return nearest === undefined ? undefined : `Update ${fullName(finding.package)} to ${nearest}`;
    }
    case 'misconfiguration':
      return finding.fix === '' ? undefined : finding.fix;
    default:
      return 'Take the secret out, and revoke it: whoever has the image has it';
  }
}

/** What was scanned, with its system: `shop:1.2 (Debian GNU/Linux 12 (bookworm))`. */
export function subjectLine(report: ScanReport): string {
  const system = systemOf(report);
  return system === undefined ? report.subject.name : `${report.subject.name} (${system})`;
}

/** The operating system's name. */
export function systemOf({ os }: ScanReport): string | undefined {
  if (os === undefined) return undefined;
  return os.prettyName ?? [os.id, os.versionId].filter((part) => part !== undefined).join(' ');
}

/** `3 critical, 1 high`; `no findings` where there is none. */
export function severityWords(findings: readonly Finding[], severities: readonly string[]): string {
  const words = severities.flatMap((severity) => {
    const amount = findings.filter((finding) => finding.severity === severity).length;
    return amount === 0 ? [] : [`${amount} ${severity}`];
  });
  return words.length === 0 ? 'none' : words.join(', ');
}

/** Text from outside for one line of a terminal. */
export function line(text: string, maxLength?: number): string {
  return printable(text, maxLength);
}
