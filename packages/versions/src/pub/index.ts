import type { Order, VersionRules } from '../scheme.ts';
import { compareCore, compareIdentifiers, parseSemantic, type SemanticVersion } from '../semver/semantic-version.ts';

/**
 * Dart's order (dart.dev/tools/pub/versioning): semantic versions, but build metadata counts, and a version without it
 * is older than one with it.
 */
export const pubRules: VersionRules<SemanticVersion> = { parse: parseSemantic, compare };

function compare(a: SemanticVersion, b: SemanticVersion): Order {
  return compareCore(a, b) || compareIdentifiers(a.build, b.build);
}
