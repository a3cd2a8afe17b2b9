import type { Reader } from '../reader/reader.ts';
import { apkReader } from './apk/apk.ts';
import { bunReader } from './bun/bun.ts';
import { cargoAuditableReader } from './cargo-auditable/cargo-auditable.ts';
import { cargoLockReader } from './cargo-lock/cargo-lock.ts';
import { chiselReader } from './chisel/chisel.ts';
import { cocoapodsReader } from './cocoapods/cocoapods.ts';
import { composerInstalledReader } from './composer-installed/composer-installed.ts';
import { composerLockReader } from './composer-lock/composer-lock.ts';
import { conanReader } from './conan/conan.ts';
import { dpkgReader } from './dpkg/dpkg.ts';
import { dpkgFilesReader } from './dpkg-files/dpkg-files.ts';
import { gemInstalledReader } from './gem-installed/gem-installed.ts';
import { gemLockReader } from './gem-lock/gem-lock.ts';
import { goBinaryReader } from './go-binary/go-binary.ts';
import { goModReader } from './go-mod/go-mod.ts';
import { goSumReader } from './go-sum/go-sum.ts';
import { gradleReader } from './gradle/gradle.ts';
import { hexReader } from './hex/hex.ts';
import { javaReader } from './java/java.ts';
import { npmInstalledReader } from './npm-installed/npm-installed.ts';
import { npmLockReader } from './npm-lock/npm-lock.ts';
import { nugetDepsReader } from './nuget-deps/nuget-deps.ts';
import { nugetLockReader } from './nuget-lock/nuget-lock.ts';
import { nugetPackagesConfigReader } from './nuget-packages-config/nuget-packages-config.ts';
import { osReleaseReader } from './os-release/os-release.ts';
import { pdmReader } from './pdm/pdm.ts';
import { pipenvReader } from './pipenv/pipenv.ts';
import { pnpmReader } from './pnpm/pnpm.ts';
import { poetryReader } from './poetry/poetry.ts';
import { pomReader } from './pom/pom.ts';
import { pubReader } from './pub/pub.ts';
import { pypiInstalledReader } from './pypi-installed/pypi-installed.ts';
import { requirementsReader } from './requirements/requirements.ts';
import { rpmReader } from './rpm/rpm.ts';
import { rpmManifestReader } from './rpm-manifest/rpm-manifest.ts';
import { rpmWalReader } from './rpm-wal/rpm-wal.ts';
import { swiftReader } from './swift/swift.ts';
import { uvReader } from './uv/uv.ts';
import { yarnReader } from './yarn/yarn.ts';

/** What is scanned: an image, a folder of sources, the root of an unpacked system, or this machine. */
export const READER_SUBJECTS = ['image', 'filesystem', 'rootfs', 'host'] as const;
export type ReaderSubject = (typeof READER_SUBJECTS)[number];

/** Databases of what is installed: they say what is there, in images and on machines. */
const INSTALLED: readonly Reader[] = [
  osReleaseReader,
  dpkgReader,
  dpkgFilesReader,
  chiselReader,
  apkReader,
  rpmReader,
  rpmWalReader,
  rpmManifestReader,
  npmInstalledReader,
  pypiInstalledReader,
  goBinaryReader,
  javaReader,
  cargoAuditableReader,
  gemInstalledReader,
  composerInstalledReader,
  nugetDepsReader,
];

/** Lock files and manifests: they say what a project would install, and count where sources are scanned. */
const DECLARED: readonly Reader[] = [
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

const READERS: Readonly<Record<ReaderSubject, readonly Reader[]>> = {
  image: INSTALLED,
  rootfs: INSTALLED,
  host: INSTALLED,
  filesystem: DECLARED,
};

/**
 * The readers that apply to a subject. An image that carries an application's lock file beside what was installed from
 * it would count everything twice, and count development dependencies that are not there.
 */
export function readersFor(subject: ReaderSubject): readonly Reader[] {
  return READERS[subject];
}
