import type { Stage } from '../stage.ts';
import { BOUNDARIES, DEPENDENCIES, FORMAT, LINT, TYPES } from './checks.ts';
import { CLUSTER } from './cluster.ts';
import { E2E } from './e2e.ts';
import { FUZZ } from './fuzz.ts';
import { NATIVE, SANITIZERS, THREADS } from './native-tests.ts';
import { INTEGRATION, UNIT } from './vitest.ts';

/** Every stage, the quick ones first. */
export const STAGES: readonly Stage[] = [
  FORMAT,
  LINT,
  BOUNDARIES,
  DEPENDENCIES,
  TYPES,
  UNIT,
  NATIVE,
  SANITIZERS,
  THREADS,
  FUZZ,
  CLUSTER,
  INTEGRATION,
  E2E,
];
