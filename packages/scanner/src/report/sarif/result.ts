import type { Finding } from '../../finding/finding.ts';
import { fingerprint } from '../model/fingerprint.ts';
import { locationOf } from '../model/order.ts';
import { fixOf, fullName, placeOf, titleOf } from '../model/words.ts';
import { sarifLevel } from './level.ts';

/** One result. Its fingerprint is the finding's, so that an alert outlives a new build of the image. */
export function sarifResult(finding: Finding, locations: readonly object[]): object {
  return {
    ruleId: finding.id,
    level: sarifLevel(finding.severity),
    message: { text: plainMessage(messageOf(finding)) },
    locations,
    partialFingerprints: { 'bulkhead/v1': fingerprint(finding) },
  };
}

function messageOf(finding: Finding): string {
  const place = placeOf(locationOf(finding));
  const parts =
    finding.kind === 'vulnerability'
      ? [
          `${fullName(finding.package)} ${finding.package.version} is affected by ${finding.id} (${finding.severity})`,
          finding.title,
          fixOf(finding) ?? 'There is no fixed version yet',
          `Found in ${place}`,
        ]
      : [titleOf(finding), fixOf(finding), `Found in ${place}`];
  return parts.filter((part) => part !== undefined && part !== '').join('. ');
}

/** In SARIF's plain text messages brackets make links and braces placeholders (§3.11.5, §3.11.6). */
function plainMessage(text: string): string {
  return text
    .replace(/[[\]\\]/g, String.raw`\$&`)
    .replaceAll('{', '{{')
    .replaceAll('}', '}}');
}
