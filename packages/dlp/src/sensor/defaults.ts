import type { Sensor } from '@bulkhead/core';
import { ISSUED_TOKENS } from '../detector/issued-tokens.ts';
import { PLACED_SECRETS } from '../detector/placed-secrets.ts';

/**
 * The sensors used where nobody names any. Chosen so that nothing is stopped by mistake: a card is blocked only when a
 * word or a field name around it says so (medium confidence), a social security number is masked on the same terms,
 * and what identifies nobody's money is only reported. `examples/sensors` has the same sensors as documents.
 */
export const DEFAULT_SENSORS: readonly Sensor[] = [
  {
    name: 'bank-accounts',
    description: 'International bank account numbers: reported.',
    detectors: [{ id: 'iban' }],
    literals: [],
    minConfidence: 'medium',
    threshold: 1,
    action: 'alert',
    direction: 'both',
  },
  {
    name: 'contact-data',
    description: 'Lists of e-mail addresses or telephone numbers: reported from the tenth distinct one in a session.',
    detectors: [{ id: 'email' }, { id: 'phone' }],
    literals: [],
    minConfidence: 'medium',
    threshold: 10,
    action: 'alert',
    direction: 'both',
  },
  {
    name: 'credentials',
    description:
      'Passwords that log in without encryption: reported. Tokens and session cookies are left to documents.',
    detectors: [{ id: 'cleartext-credential' }, { id: 'http-basic' }],
    literals: [],
    minConfidence: 'medium',
    threshold: 1,
    action: 'alert',
    direction: 'both',
  },
  {
    name: 'payment-cards',
    description: 'Payment card numbers that their surroundings confirm: blocked.',
    detectors: [{ id: 'payment-card' }],
    literals: [],
    minConfidence: 'medium',
    threshold: 1,
    action: 'block',
    direction: 'both',
  },
  {
    name: 'secrets',
    description: 'Keys and tokens that open something: reported.',
    detectors: [
      { id: 'jwt' },
      { id: 'private-key' },
      { id: 'aws-access-key' },
      { id: 'github-token' },
      { id: 'slack-token' },
      { id: 'stripe-key' },
      ...[...ISSUED_TOKENS, ...PLACED_SECRETS].map(({ id }) => ({ id })),
    ],
    literals: [],
    minConfidence: 'medium',
    threshold: 1,
    action: 'alert',
    direction: 'both',
  },
  {
    name: 'us-social-security',
    description: 'US social security numbers: overwritten in flight, the connection lives.',
    detectors: [{ id: 'us-ssn' }],
    literals: [],
    minConfidence: 'medium',
    threshold: 1,
    action: 'mask',
    direction: 'both',
  },
];
