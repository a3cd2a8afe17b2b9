export {
  AUTHORITY_DAYS,
  Authority,
  type AuthorityOptions,
  type AuthorityPem,
  createAuthority,
  type Issued,
  type IssuedWithKey,
  type SignOutcome,
} from './authority/authority.ts';
export { AuthorityFolder, type AuthorityFolderOptions } from './authority/authority-folder.ts';
export type { KeptAuthority } from './authority/renew.ts';
export { type AuthorityPlace, SharedAuthority, type SharedAuthorityOptions } from './authority/shared-authority.ts';
export { type CertificateFacts, explainCertificate, readCertificate, splitPem } from './certificate/certificate.ts';
export { PkiError, type PkiErrorCode } from './error.ts';
export type { Usage } from './issue.ts';
export { type CertificateRequest, createRequest } from './request/request.ts';
export { namesAndAddresses, type Subject } from './subject.ts';
export { BACKDATE_MS, renewalTime, standing, type Validity } from './validity.ts';
