import type { Sensor } from '@bulkhead/core';
import { DETECTORS } from '../detector/catalogue.ts';

/** What looks for secrets in files: every detector of keys and tokens, each finding on its own. */
export const FILE_SECRETS: Sensor = {
  name: 'secrets',
  description: 'Keys and tokens in files',
  detectors: DETECTORS.filter(({ category }) => category === 'secret').map(({ id }) => ({ id })),
  literals: [],
  minConfidence: 'medium',
  threshold: 1,
  action: 'alert',
  direction: 'both',
};
