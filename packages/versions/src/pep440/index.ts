import { compareNumeralLists, compareNumerals, compareText, type Numeral, numeral } from '../numeral.ts';
import type { Order, SchemeReading, VersionRules } from '../scheme.ts';
import { compareLegacy, parseLegacy } from './legacy.ts';

/** A public version with its parts in the order in which they count. */
interface PythonVersion {
  readonly epoch: Numeral;
  /** Without zeros at its end. */
  readonly release: readonly Numeral[];
  /** 0 a development release alone, 1 alpha, 2 beta, 3 candidate, 4 none. */
  readonly stage: number;
  readonly stageNumber: Numeral;
  readonly post: Numeral | undefined;
  readonly dev: Numeral | undefined;
  readonly local: readonly string[] | undefined;
}

type Pep440Version = PythonVersion | { readonly legacy: readonly string[] };

const SHAPE = new RegExp(
  [
    '^v?(?:([0-9]+)!)?([0-9]+(?:\\.[0-9]+)*)',
    '(?:[-_.]?(alpha|beta|preview|pre|rc|a|b|c)[-_.]?([0-9]+)?)?',
    '(?:-([0-9]+)|([-_.]?(?:post|rev|r)[-_.]?([0-9]+)?))?',
    '([-_.]?dev[-_.]?([0-9]+)?)?',
    '(?:\\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?$',
  ].join(''),
  'i',
);

const DEV_ONLY = 0;
const NO_PRERELEASE = 4;

/**
 * Python's order: PEP 440 (packaging.python.org/specifications/version-specifiers), with the versions from before it,
 * which are older than all others and ordered as setuptools did.
 */
export const pep440Rules: VersionRules<Pep440Version> = { parse, compare };

function parse(text: string): SchemeReading<Pep440Version> {
  const parts = SHAPE.exec(text);
  if (parts === null) {
    if (!/[0-9a-z]/i.test(text)) return { ok: false, reason: 'it has neither digit nor letter' };
    return { ok: true, version: { legacy: parseLegacy(text) } };
  }
  const [
    ,
    epoch = '',
    release = '',
    stage,
    stageNumber = '',
    implicitPost,
    post,
    postNumber = '',
    dev,
    devNumber = '',
  ] = parts;
  const isPost = implicitPost !== undefined || post !== undefined;
  const devOnly = dev !== undefined && stage === undefined && !isPost;
  const version: PythonVersion = {
    epoch: numeral(epoch),
    release: withoutTrailingZeros(release.split('.').map(numeral)),
    stage: stage === undefined ? (devOnly ? DEV_ONLY : NO_PRERELEASE) : rank(stage),
    stageNumber: numeral(stageNumber),
    post: isPost ? numeral(implicitPost ?? postNumber) : undefined,
    dev: dev === undefined ? undefined : numeral(devNumber),
    local: parts[10]?.toLowerCase().split(/[-_.]/),
  };
  return { ok: true, version };
}

function compare(a: Pep440Version, b: Pep440Version): Order {
  if ('legacy' in a) return 'legacy' in b ? compareLegacy(a.legacy, b.legacy) : -1;
  if ('legacy' in b) return 1;
  return (
    compareNumerals(a.epoch, b.epoch) ||
    compareNumeralLists(a.release, b.release) ||
    compareNumerals(a.stage, b.stage) ||
    compareNumerals(a.stageNumber, b.stageNumber) ||
    compareOptional(a.post, b.post, -1) ||
    compareOptional(a.dev, b.dev, 1) ||
    compareLocals(a.local, b.local)
  );
}

/** `absent` says whether what is missing is older (-1) or newer (1) than every number. */
function compareOptional(a: Numeral | undefined, b: Numeral | undefined, absent: -1 | 1): Order {
  if (a === undefined) return b === undefined ? 0 : absent;
  return b === undefined ? (-absent as Order) : compareNumerals(a, b);
}

function compareLocals(a: readonly string[] | undefined, b: readonly string[] | undefined): Order {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined) return 1;
    const order = compareLocalParts(left, right);
    if (order !== 0) return order;
  }
  return a.length < b.length ? -1 : 0;
}

function compareLocalParts(a: string, b: string): Order {
  const left = /^[0-9]+$/.test(a);
  const right = /^[0-9]+$/.test(b);
  if (left !== right) return left ? 1 : -1;
  return left ? compareNumerals(numeral(a), numeral(b)) : compareText(a, b);
}

function rank(stage: string): number {
  const first = stage.charAt(0).toLowerCase();
  return first === 'a' ? 1 : first === 'b' ? 2 : 3;
}

function withoutTrailingZeros(release: readonly Numeral[]): readonly Numeral[] {
  let end = release.length;
  while (end > 0 && release[end - 1] === 0) end -= 1;
  return release.slice(0, end);
}
