import { printable } from '@bulkhead/core';
import type { AdmissionReport, ReviewedObject } from './report.ts';

/** A report for people: each object with what is said to it, the rule, the place and what to do. */
export function reviewText({ objects }: AdmissionReport): string {
  return objects.map(objectText).join('');
}

function objectText({ file, line, subject, verdict, policies, violations, excused, more }: ReviewedObject): string {
  const lines = [`${verdict.padEnd(5)}  ${subject}  (${file}:${line})`];
  if (policies.length === 0) lines.push('       no policy is about it');
  for (const violation of violations) {
    const { policy, rule, message, fix, expired, mode } = violation;
    const label = mode === 'monitor' ? `${violation.verdict} (monitor)` : violation.verdict;
    lines.push(`  ${label}: ${policy}/${rule}, line ${violation.line}: ${part(violation.subject, subject)}${message}`);
    lines.push(`      fix: ${fix}`);
    if (expired !== undefined) {
      lines.push(`      the exception ${expired.name} of ${expired.owner} expired: ${expired.expires}`);
    }
  }
  if (more > 0) lines.push(`  and ${more} more`);
  for (const one of excused) {
    const { name, owner, expires, reason } = one.exception;
    lines.push(`  excused: ${one.policy}/${one.rule}, line ${one.line}: ${part(one.subject, subject)}${one.message}`);
    lines.push(`      by the exception ${name} of ${owner} until ${expires}: ${reason}`);
  }
  return lines.map((one) => `${printable(one)}\n`).join('');
}

/** The container alone, where the object has been named above. */
function part(inside: string, subject: string): string {
  return inside.startsWith(`${subject} `) ? `${inside.slice(subject.length + 1)}: ` : '';
}
