import { apkRules } from './apk/index.ts';
import { composerRules } from './composer/index.ts';
import { cranRules } from './cran/index.ts';
import { debRules } from './deb/index.ts';
import { gemRules } from './gem/index.ts';
import { goRules } from './go/index.ts';
import { hackageRules } from './hackage/index.ts';
import { mavenRules } from './maven/index.ts';
import { nugetRules } from './nuget/index.ts';
import { pep440Rules } from './pep440/index.ts';
import { pubRules } from './pub/index.ts';
import { rpmRules } from './rpm/index.ts';
import type { VersionRules, VersionScheme } from './scheme.ts';
import { semverRules } from './semver/index.ts';

/** Each scheme's rules behind one type: what `parse` of a scheme gives is only ever handed to its own `compare`. */
export const RULES: Readonly<Record<VersionScheme, VersionRules<unknown>>> = {
  apk: opaque(apkRules),
  composer: opaque(composerRules),
  cran: opaque(cranRules),
  deb: opaque(debRules),
  gem: opaque(gemRules),
  go: opaque(goRules),
  hackage: opaque(hackageRules),
  maven: opaque(mavenRules),
  nuget: opaque(nugetRules),
  pep440: opaque(pep440Rules),
  pub: opaque(pubRules),
  rpm: opaque(rpmRules),
  semver: opaque(semverRules),
};

function opaque<Version>(rules: VersionRules<Version>): VersionRules<unknown> {
  return { parse: (text) => rules.parse(text), compare: (a, b) => rules.compare(a as Version, b as Version) };
}
