import { matchesGlob } from '../../selection/glob.ts';

/** Who has signed by a certificate of short life: what an identity provider said of them. */
export interface ImageSigner {
  readonly issuer: string;
  readonly subject: string;
}

/** Who is to have signed. The issuer is compared as it is written, and the whole subject with its text or its glob. */
export interface ExpectedSigner {
  readonly issuer: string;
  /** This one alone. */
  readonly subject?: string | undefined;
  /** A glob as `matchesGlob` has it. */
  readonly subjectPattern?: string | undefined;
}

/** Whether somebody is who was expected. One of whom neither subject nor pattern is given is nobody. */
export function isExpectedSigner(expected: ExpectedSigner, { issuer, subject }: ImageSigner): boolean {
  if (issuer !== expected.issuer) return false;
  if (expected.subject !== undefined) return subject === expected.subject;
  return expected.subjectPattern !== undefined && matchesGlob(expected.subjectPattern, subject);
}

/** `builder@example.com (https://issuer.example.com)`. */
export function signerInWords({ issuer, subject }: ImageSigner): string {
  return `${subject} (${issuer})`;
}

export function expectedInWords({ issuer, subject, subjectPattern }: ExpectedSigner): string {
  return signerInWords({ issuer, subject: subject ?? subjectPattern ?? '' });
}
