import { createHash } from 'node:crypto';
import type { Finding } from '../../finding/finding.ts';
import { locationOf } from './order.ts';
import { fullName } from './words.ts';

/**
 * Names a finding the same way in every scan of the same thing, so that a tracker knows it again: by what it is and
 * where, not by the package's version or the layer, which change with every build.
 */
export function fingerprint(finding: Finding): string {
  const { path, within } = locationOf(finding);
  const what =
    finding.kind === 'vulnerability'
      ? [finding.package.type, fullName(finding.package)]
      : finding.kind === 'secret'
        ? [finding.masked]
        : [finding.subject ?? '', finding.message];
  return createHash('sha256')
    .update(JSON.stringify([finding.kind, finding.id, path, within ?? [], ...what]))
    .digest('hex');
}

/** A UUID (version 8: made by its maker's own rule, RFC 9562) that follows from a text. */
export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
