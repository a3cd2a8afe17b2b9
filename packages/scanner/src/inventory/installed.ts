import type { Reader } from '../reader/reader.ts';
import { apkReader } from './apk/apk.ts';
import { cargoAuditableReader } from './cargo-auditable/cargo-auditable.ts';
import { chiselReader } from './chisel/chisel.ts';
import { composerInstalledReader } from './composer-installed/composer-installed.ts';
import { dpkgReader } from './dpkg/dpkg.ts';
import { dpkgFilesReader } from './dpkg-files/dpkg-files.ts';
import { gemInstalledReader } from './gem-installed/gem-installed.ts';
import { goBinaryReader } from './go-binary/go-binary.ts';
import { javaReader } from './java/java.ts';
import { npmInstalledReader } from './npm-installed/npm-installed.ts';
import { nugetDepsReader } from './nuget-deps/nuget-deps.ts';
import { osReleaseReader } from './os-release/os-release.ts';
import { pypiInstalledReader } from './pypi-installed/pypi-installed.ts';
import { rpmReader } from './rpm/rpm.ts';
import { rpmManifestReader } from './rpm-manifest/rpm-manifest.ts';
import { rpmWalReader } from './rpm-wal/rpm-wal.ts';

/** Databases of what is installed: they say what is there, in images and on machines. */
export const INSTALLED: readonly Reader[] = [
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
