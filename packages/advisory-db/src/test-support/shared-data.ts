import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Real feeds, laid out like the OSV bucket; absent on most machines. */
export const SHARED_OSV = fileURLToPath(new URL('../../../../../shared/data/osv', import.meta.url));
export const SHARED_KEV = fileURLToPath(new URL('../../../../../shared/data/kev.json', import.meta.url));

/** Why tests of real feeds cannot run here; `undefined` where they can. */
export const SHARED_ABSENT = existsSync(SHARED_OSV) ? undefined : `${SHARED_OSV} is absent`;
