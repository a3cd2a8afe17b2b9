import type { Reader } from '../reader/reader.ts';
import { bunReader } from './bun/bun.ts';
import { cargoLockReader } from './cargo-lock/cargo-lock.ts';
import { cocoapodsReader } from './cocoapods/cocoapods.ts';
import { composerLockReader } from './composer-lock/composer-lock.ts';
import { conanReader } from './conan/conan.ts';
import { gemLockReader } from './gem-lock/gem-lock.ts';
import { goModReader } from './go-mod/go-mod.ts';
import { goSumReader } from './go-sum/go-sum.ts';
import { gradleReader } from './gradle/gradle.ts';
import { hexReader } from './hex/hex.ts';
import { npmLockReader } from './npm-lock/npm-lock.ts';
import { nugetLockReader } from './nuget-lock/nuget-lock.ts';
import { nugetPackagesConfigReader } from './nuget-packages-config/nuget-packages-config.ts';
import { pdmReader } from './pdm/pdm.ts';
import { pipenvReader } from './pipenv/pipenv.ts';
import { pnpmReader } from './pnpm/pnpm.ts';
import { poetryReader } from './poetry/poetry.ts';
import { pomReader } from './pom/pom.ts';
import { pubReader } from './pub/pub.ts';
import { requirementsReader } from './requirements/requirements.ts';
import { swiftReader } from './swift/swift.ts';
import { uvReader } from './uv/uv.ts';
import { yarnReader } from './yarn/yarn.ts';

/** Lock files and manifests: they say what a project would install, and count where sources are scanned. */
export const DECLARED: readonly Reader[] = [
  npmLockReader,
  yarnReader,
  pnpmReader,
  bunReader,
  poetryReader,
  pipenvReader,
  uvReader,
  pdmReader,
  requirementsReader,
  goModReader,
  goSumReader,
  pomReader,
  gradleReader,
  cargoLockReader,
  gemLockReader,
  composerLockReader,
  nugetLockReader,
  nugetPackagesConfigReader,
  conanReader,
  hexReader,
  pubReader,
  swiftReader,
  cocoapodsReader,
];
