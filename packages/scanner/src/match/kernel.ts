import type { Suppression } from '../finding/finding.ts';
import type { LocatedPackage } from '../package/package.ts';

const KERNELS: Partial<Record<LocatedPackage['type'], RegExp>> = {
  apk: /^linux-(?:lts|virt|rpi\d?|edge|stable)$/,
  deb: /^linux-(?:image|modules|modules-extra)-/,
  rpm: /^kernel(?:-(?:core|modules(?:-core|-extra|-internal)?|default(?:-base)?|rt(?:-\w+)*|uek(?:-\w+)*|debug(?:-\w+)*|lt|ml))?$/,
};
const HEADERS: Partial<Record<LocatedPackage['type'], RegExp>> = {
  apk: /^linux-headers$/,
  deb: /^linux-(?:headers-|libc-dev|kbuild-|source-|doc-)/,
  rpm: /^kernel(?:-\w+)*-(?:headers|devel(?:-matched)?|doc|macros|source)$/,
};

/**
 * Why a kernel's advisories do not count for this package: headers are no kernel, and an installed kernel is not the one
 * that runs. `running` is what `uname -r` says; absent for images, whose kernel is their host's.
 */
export function notTheRunningKernel(one: LocatedPackage, running: string | undefined): Suppression | undefined {
  const statement = `${one.type} package ${one.name} ${one.version}`;
  if (HEADERS[one.type]?.test(one.name) === true) {
    return { by: 'not-affected', statement, reason: 'kernel headers and sources are not a running kernel' };
  }
  if (KERNELS[one.type]?.test(one.name) !== true) return undefined;
  if (running === undefined) {
    return {
      by: 'not-affected',
      statement,
      reason: 'a kernel in an image does not run: containers use that of the host',
    };
  }
  if (runs(one, running)) return undefined;
  return { by: 'not-affected', statement, reason: `the running kernel is ${running}` };
}

/** Debian and Ubuntu name the release in the package (`linux-image-6.1.0-18-amd64`), RPM in the version, apk in part. */
function runs(one: LocatedPackage, running: string): boolean {
  if (one.type === 'deb') return one.name.endsWith(`-${running}`);
  const version = one.version.replace(/^\d+:/, '');
  if (one.type === 'rpm') return running === version || running.startsWith(`${version}.`);
  const [upstream = '', revision = ''] = version.split('-r');
  return running === `${upstream}-${revision}-${one.name.replace(/^linux-/, '')}`;
}
