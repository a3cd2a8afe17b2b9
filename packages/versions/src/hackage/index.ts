import { compareNumeralLists, type Numeral, numeral } from '../numeral.ts';
import type { SchemeReading, VersionRules } from '../scheme.ts';

/** Haskell's order (pvp.haskell.org, `Data.Version`): numbers parted by dots, the shorter older: 1.0 before 1.0.0. */
export const hackageRules: VersionRules<readonly Numeral[]> = { parse, compare: compareNumeralLists };

function parse(text: string): SchemeReading<readonly Numeral[]> {
  if (!/^[0-9]+(?:\.[0-9]+)*$/.test(text)) return { ok: false, reason: 'it is not numbers parted by dots' };
  return { ok: true, version: text.split('.').map(numeral) };
}
