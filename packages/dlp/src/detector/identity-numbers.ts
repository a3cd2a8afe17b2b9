import type { DetectorDescription } from './description.ts';
import { AMERICAS } from './identity/americas.ts';
import { ASIA_PACIFIC_AFRICA } from './identity/asia-pacific.ts';
import { DOCUMENTS_AND_THINGS } from './identity/documents.ts';
import { EUROPE_NORTH_EAST } from './identity/europe-north-east.ts';
import { EUROPE_WEST } from './identity/europe-west.ts';

/** National, tax, health and other numbers of persons, companies and things, in the order of the inspector's own table. */
export const IDENTITY_NUMBERS: readonly DetectorDescription[] = [
  ...AMERICAS,
  ...EUROPE_WEST,
  ...EUROPE_NORTH_EAST,
  ...ASIA_PACIFIC_AFRICA,
  ...DOCUMENTS_AND_THINGS,
];
