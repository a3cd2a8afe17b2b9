import { mayBeUsed } from './licence.ts';

/** What a lockfile of npm (version 3) says of a package, as far as it is judged. */
export interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  /** Nothing that is installed needs it but what builds and tests. */
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly deprecated?: string;
  readonly hasInstallScript?: boolean;
}

/** Packages that would run something when they are installed. The set-up runs no scripts, and these work without. */
const WORKS_WITHOUT_ITS_SCRIPT: ReadonlySet<string> = new Set([
  // It downloads a build for this system where npm has brought none.
  'msgpackr-extract',
  // It looks whether it is the version that a workspace wants.
  'nx',
  // It prints a notice about versions.
  'protobufjs',
]);

/** What is wrong with the packages of others that a lockfile names: a line each, in their order. */
export function checkPackages(packages: Readonly<Record<string, LockedPackage>>): readonly string[] {
  const problems: string[] = [];
  for (const [path, locked] of Object.entries(packages)) {
    const name = nameOf(path);
    if (name === undefined || locked.link === true) continue;
    const label = `${name}@${locked.version ?? '?'}`;
    const { license, deprecated } = locked;
    const isShipped = locked.dev !== true;
    if (license === undefined) {
      problems.push(`${label} states no licence: ask its authors, or do without it`);
    } else if (!mayBeUsed(license, { isShipped })) {
      const where = isShipped ? 'in what people install' : 'to build or to test';
      problems.push(`${label} is under "${license}", which may not be used ${where}: see licence.ts`);
    }
    if (deprecated !== undefined) problems.push(`${label} is deprecated: ${deprecated}`);
    if (locked.hasInstallScript === true && !WORKS_WITHOUT_ITS_SCRIPT.has(name)) {
      problems.push(
        `${label} runs a script when it is installed: see whether it works without, and say so in check.ts`,
      );
    }
  }
  return problems;
}

/** How many packages of others a lockfile names. */
export function countPackages(packages: Readonly<Record<string, LockedPackage>>): number {
  return Object.entries(packages).filter(([path, { link }]) => nameOf(path) !== undefined && link !== true).length;
}

/** The name of what lies in a folder of packages; undefined for a folder of this repository. */
function nameOf(path: string): string | undefined {
  const start = path.lastIndexOf('node_modules/');
  return start < 0 ? undefined : path.slice(start + 'node_modules/'.length);
}
