import type { SchemeReading, VersionRules } from '../scheme.ts';
import { compareCore, parseSemantic, type SemanticVersion } from '../semver/semantic-version.ts';

/**
 * Go's module versions (go.dev/ref/mod#versions): semantic versions, pseudo-versions and `+incompatible`; and the
 * toolchain's own names (`go1.22rc1`), which stand for the standard library and order as `1.22.0-rc.1`.
 */
export const goRules: VersionRules<SemanticVersion> = { parse, compare: compareCore };

const TOOLCHAIN = /^go([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:(rc|beta|alpha)([0-9]+))?(?:[-+].*)?$/;

function parse(text: string): SchemeReading<SemanticVersion> {
  if (!text.startsWith('go')) return parseSemantic(text);
  const parts = TOOLCHAIN.exec(text);
  if (parts === null) return { ok: false, reason: 'it is not the name of a Go release' };
  const [, major = '', minor = '0', patch = '0', stage, number = ''] = parts;
  return parseSemantic(`${major}.${minor}.${patch}${stage === undefined ? '' : `-${stage}.${number}`}`);
}
