import type { SignedEntity } from '@sigstore/verify';

/** RFC 6962, section 3.3: what a log of certificates has promised stands in the certificate. */
const SCT_LIST = '1.3.6.1.4.1.11129.2.4.2';

/**
 * Keeps the promises of certificate logs from being verified, for a trust root that names no such log: the library holds against
 * them whatever promises there are. Only its copy, which it makes for that, goes without them; the certificate stays as it was signed.
 */
export function withoutCertificatePromise(entity: SignedEntity): SignedEntity {
  if (entity.key.$case !== 'certificate') return entity;
  const { certificate } = entity.key;
  const cloneOf = certificate.clone.bind(certificate);
  certificate.clone = () => {
    const copy = cloneOf();
    const at = copy.extensions.findIndex(({ subs }) => subs[0]?.toOID() === SCT_LIST);
    if (at >= 0) copy.extensions.splice(at, 1);
    return copy;
  };
  return entity;
}
