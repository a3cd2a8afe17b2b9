/** What SPDX 2.3 takes as a licence, Annex D: an expression, and the texts its own names stand for. */
export interface SpdxLicence {
  readonly expression: string;
  readonly extracted: ReadonlyMap<string, string>;
}

/** Text that nobody wrote as a licence's name, but as the licence. */
const MAX_TEXT = 2000;

/**
 * The declared licences of a package as one expression. A name that is no SPDX identifier becomes a `LicenseRef-` with
 * the name as its text; `isSpdxId` says which are. Without licences it is `NOASSERTION`.
 */
export function spdxLicence(licences: readonly string[] | undefined, isSpdxId: (id: string) => boolean): SpdxLicence {
  const extracted = new Map<string, string>();
  const names = (licences ?? []).map((name) => name.trim()).filter((name) => name !== '');
  const terms = [...new Set(names)].map((name) => {
    if (isSpdxId(name)) return name;
    const id = `LicenseRef-${reference(name)}`;
    extracted.set(id, name.slice(0, MAX_TEXT).toWellFormed());
    return id;
  });
  return { expression: terms.length === 0 ? 'NOASSERTION' : terms.join(' AND '), extracted };
}

/** Letters, digits, "." and "-" only; what that makes equal keeps apart by its length and a sum. */
function reference(name: string): string {
  const readable = name
    .replace(/[^A-Za-z0-9.]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  let sum = 0;
  for (let at = 0; at < name.length; at += 1) sum = (Math.imul(sum, 31) + name.charCodeAt(at)) >>> 0;
  return readable === name ? readable : `${readable === '' ? 'text' : readable}-${sum.toString(16)}`;
}
