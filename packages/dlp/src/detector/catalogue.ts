import { CREDENTIALS } from './credentials.ts';
import type { DetectorDescription } from './description.ts';
import { IDENTITY_NUMBERS } from './identity-numbers.ts';
import { ISSUED_TOKENS } from './issued-tokens.ts';
import { NAMED_VALUES } from './named-values.ts';
import { PLACED_SECRETS } from './placed-secrets.ts';
import { TRAFFIC } from './traffic.ts';

/** The built-in detectors, in the order of the inspector's own table. */
export const DETECTORS: readonly DetectorDescription[] = [
  {
    id: 'payment-card',
    title: 'Payment card number',
    category: 'payment',
    strength: 'weak-checksum',
    rule:
      '12 to 19 digits, plain or grouped by spaces, hyphens or dots as on a card, with an issuer prefix that allows this ' +
      'length, and a correct Luhn digit; without a card word or field name nearby the confidence stays low',
    norm: 'ISO/IEC 7812-1; issuer ranges of the card schemes',
    example: '411111******1111',
  },
  {
    id: 'us-ssn',
    title: 'US social security number',
    category: 'identity',
    strength: 'shape',
    rule:
      'AAA-GG-SSSS; area not 000, 666 or above 899, group not 00, serial not 0000, no published dummy number; nine bare ' +
      'digits only beside a word or field name that says so',
    norm: 'SSA, Social Security Number Randomization (2011)',
    example: '***-**-6789',
  },
  {
    id: 'iban',
    title: 'International bank account number',
    category: 'payment',
    strength: 'checksum',
    rule: 'a registered country code with that country’s length, plain or in groups of four, remainder 1 modulo 97',
    norm: 'ISO 13616-1; SWIFT IBAN registry',
    example: 'DE****************3000',
  },
  {
    id: 'email',
    title: 'E-mail address',
    category: 'contact',
    strength: 'shape',
    rule: 'a dot-atom of at most 64 characters, "@", and a host name under a top-level domain in use',
    norm: 'RFC 5321 §4.1.2 and §4.5.3.1',
    example: '********@*******.com',
  },
  {
    id: 'phone',
    title: 'Telephone number',
    category: 'contact',
    strength: 'shape',
    rule:
      '"+" and a country code followed by as many digits as its plan allows (15 at most in all), or a North American ' +
      'number whose area and exchange start with 2 to 9; national forms need a word or field name nearby',
    norm: 'ITU-T E.164; North American Numbering Plan',
    example: '+*******2671',
  },
  {
    id: 'jwt',
    title: 'JSON Web Token',
    category: 'secret',
    strength: 'anchored',
    rule:
      'base64url parts joined by dots: a header that decodes to a JSON object with the member "alg", a payload that ' +
      'starts one too, and a signature if there is one',
    norm: 'RFC 7519; RFC 7515 §7.1',
    example: 'eyJ************',
  },
  {
    id: 'private-key',
    title: 'Private key',
    category: 'secret',
    strength: 'anchored',
    rule:
      'a "BEGIN … PRIVATE KEY" line of PEM, OpenSSH or OpenPGP that is followed by base64 or armor headers, on real ' +
      'lines or as JSON escapes them; a header alone is none',
    norm: 'RFC 7468; RFC 9580 §6.2',
    example: '-----BEGIN RSA PRIVATE KEY-----',
  },
  {
    id: 'aws-access-key',
    title: 'AWS access key id',
    category: 'secret',
    strength: 'anchored',
    rule: '"AKIA" (long-lived) or "ASIA" (temporary) and 16 characters of A-Z and 2-7, bounded on both sides',
    norm: 'AWS IAM reference, unique identifier prefixes',
    example: 'AKIA************',
  },
  {
    id: 'github-token',
    title: 'GitHub token',
    category: 'secret',
    strength: 'anchored',
    rule:
      '"ghp_", "gho_", "ghu_", "ghs_" or "ghr_" and 36 letters or digits, of which the last six are the CRC-32 of ' +
      'the others in base 62 (low confidence where they are not); or "github_pat_" and the 22 and 59 characters of ' +
      'a fine-grained token',
    norm: 'GitHub, token formats (2021)',
    example: 'ghp_************',
  },
  {
    id: 'slack-token',
    title: 'Slack token',
    category: 'secret',
    strength: 'anchored',
    rule:
      '"xox", a letter for the kind of token, "-", and at least 20 letters, digits and hyphens; certain when they ' +
      'begin with the number of a team',
    norm: 'Slack API, token types',
    example: 'xoxb-************',
  },
  {
    id: 'stripe-key',
    title: 'Stripe secret key',
    category: 'secret',
    strength: 'anchored',
    rule: '"sk_live_" or "rk_live_" and at least 16 letters or digits; keys of the test mode have low confidence',
    norm: 'Stripe API, keys',
    example: 'sk_live_************',
  },
  ...ISSUED_TOKENS,
  ...PLACED_SECRETS,
  ...IDENTITY_NUMBERS,
  ...NAMED_VALUES,
  ...CREDENTIALS,
  ...TRAFFIC,
];

const BY_ID: ReadonlyMap<string, DetectorDescription> = new Map(DETECTORS.map((detector) => [detector.id, detector]));

/** The built-in detector of this id, if there is one. */
export function findDetector(id: string): DetectorDescription | undefined {
  return BY_ID.get(id);
}
