import type { VersionRules } from '../scheme.ts';
import { compareCore, parseSemantic, type SemanticVersion } from './semantic-version.ts';

/**
 * Semantic Versioning 2.0.0 (semver.org, section 11) as registries apply it: a leading `v` and missing minor and patch
 * are accepted, numbers after the third count as build, and build metadata has no order.
 */
export const semverRules: VersionRules<SemanticVersion> = { parse: parseSemantic, compare: compareCore };
