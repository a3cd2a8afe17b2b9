import type { OsRelease } from '../package/os-release.ts';
import type { LocatedPackage } from '../package/package.ts';
import { hashOf } from '../report/model/integrity.ts';
import type { ScanSubject } from '../report/scan-report.ts';
import { type AnyPurl, parseAnyPurl } from './any-purl.ts';
import type { VexClaim, VexProduct } from './statement.ts';

/** What was scanned, as statements may name it. */
export interface VexSubject {
  readonly subject: ScanSubject;
  readonly os?: OsRelease;
}

/**
 * Whether a claim holds for a package of the subject: the product is the package itself, or it is the subject (or its
 * platform) and one of its components, if there are any, is the package. What cannot be proven does not hold: a wrong
 * "not affected" hides a vulnerability.
 */
export function holds(claim: VexClaim, subject: LocatedPackage, scanned: VexSubject): boolean {
  if (claim.components.length === 0) return isPackage(claim.product, subject) || isSubject(claim.product, scanned);
  const inside = isSubject(claim.product, scanned) || isPlatform(claim.product, scanned.os);
  return inside && claim.components.some((component) => isPackage(component, subject));
}

function isPackage({ purl, sha256 }: VexProduct, subject: LocatedPackage): boolean {
  if (sha256.length > 0) {
    const hash = hashOf(subject.integrity);
    if (hash?.algorithm === 'SHA-256' && sha256.includes(hash.hex)) return true;
  }
  const named = purl === undefined ? undefined : parseAnyPurl(purl);
  if (named?.type !== subject.type || named.name !== subject.name) return false;
  const distribution = subject.type === 'deb' || subject.type === 'rpm' || subject.type === 'apk';
  if (!distribution && (named.namespace ?? '') !== (subject.namespace ?? '')) return false;
  const { arch, epoch, rpmmod } = named.qualifiers;
  const version = epoch === undefined ? named.version : `${epoch}:${named.version ?? ''}`;
  return (
    (version === undefined || sameVersion(version, subject.version)) &&
    (arch === undefined || arch === 'src' || subject.arch === undefined || arch === subject.arch) &&
    (rpmmod === undefined || subject.modularity === undefined || subject.modularity.startsWith(rpmmod))
  );
}

/** RPM writes no epoch and epoch 0 alike. */
function sameVersion(claimed: string, installed: string): boolean {
  return claimed.replace(/^0:/, '') === installed.replace(/^0:/, '');
}

function isSubject({ purl, sha256 }: VexProduct, { subject }: VexSubject): boolean {
  const digests = subject.kind === 'image' ? [subject.image.digest, subject.image.config.digest] : [];
  if (sha256.some((hash) => digests.includes(`sha256:${hash}`))) return true;
  const named = purl === undefined ? undefined : parseAnyPurl(purl);
  if (named === undefined) return false;
  if (subject.kind === 'image') return named.type === 'oci' && isImage(named, subject.name, digests);
  return named.type === 'generic' && named.name === subject.name;
}

function isImage(named: AnyPurl, reference: string, digests: readonly string[]): boolean {
  if (named.version !== undefined && digests.includes(named.version)) return true;
  if (named.version?.startsWith('sha256:') === true) return false;
  const [repository, tag] = splitReference(reference);
  const { repository_url: url, tag: claimed } = named.qualifiers;
  const last = repository.slice(repository.lastIndexOf('/') + 1);
  return (
    last === named.name &&
    (url === undefined || url === repository || `${url}/${named.name}` === repository) &&
    (claimed === undefined || claimed === tag) &&
    (named.version === undefined || named.version === tag)
  );
}

/** `registry:5000/a/b:tag@sha256:…` as repository and tag. */
function splitReference(reference: string): readonly [string, string | undefined] {
  const named = reference.replace(/@sha256:[0-9a-f]+$/, '');
  const colon = named.lastIndexOf(':');
  return colon > named.lastIndexOf('/') ? [named.slice(0, colon), named.slice(colon + 1)] : [named, undefined];
}

/** A platform's CPE names this system when one of the two is a beginning of the other, part by part. */
function isPlatform({ cpe }: VexProduct, os: OsRelease | undefined): boolean {
  if (cpe === undefined || os?.cpeName === undefined) return false;
  const [a, b] = [partsOf(cpe), partsOf(os.cpeName)];
  const length = Math.min(a.length, b.length);
  // Vendor and product alone would make a statement about RHEL 7 one about RHEL 9.
  return length >= 4 && a.slice(0, length).every((part, index) => part === b[index]);
}

function partsOf(cpe: string): readonly string[] {
  const parts = cpe
    .toLowerCase()
    .replace(/^cpe:2\.3:/, '')
    .replace(/^cpe:\//, '')
    .split(':');
  while (parts.length > 0 && ['', '*', '-'].includes(parts.at(-1) ?? '')) parts.pop();
  return parts;
}
