import { compareNumeralLists, type Numeral, numeral } from '../numeral.ts';
import type { SchemeReading, VersionRules } from '../scheme.ts';

/** R's order (`package_version` in R's base manual): numbers parted by dots and dashes alike, the shorter older. */
export const cranRules: VersionRules<readonly Numeral[]> = { parse, compare: compareNumeralLists };

function parse(text: string): SchemeReading<readonly Numeral[]> {
  if (!/^[0-9]+(?:[.-][0-9]+)*$/.test(text)) return { ok: false, reason: 'it is not numbers parted by dots or dashes' };
  return { ok: true, version: text.split(/[.-]/).map(numeral) };
}
