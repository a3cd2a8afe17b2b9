import type { Collector } from '../reading/collector.ts';
import { goModule } from '../reading/go-module.ts';
import { linesOf } from '../reading/text.ts';

interface Module {
  readonly path: string;
  readonly version: string;
}

/** What Go 1.24 and later give a program built from a commit with no release before it: older than every release. */
const UNRELEASED = /^v0\.0\.0-\d{14}-/;

/**
 * Adds the modules of a build: tab-separated lines `dep path version sum`, each perhaps followed by `=>` with what
 * replaced it. What has no version that says how old it is (`(devel)` and commits without a release for the program itself,
 * a folder in place of a module) is the builder's own code and is left out.
 */
export function addModules(text: string, found: Collector): void {
  let module: Module | undefined;
  for (const line of linesOf(text)) {
    const [kind, path = '', version = ''] = line.split('\t', 4);
    if (kind === '=>') module = { path, version };
    else {
      addModule(module, found);
      const isOwn = kind === 'mod' && UNRELEASED.test(version);
      module = kind === 'dep' || (kind === 'mod' && !isOwn) ? { path, version } : undefined;
    }
  }
  addModule(module, found);
}

function addModule(module: Module | undefined, found: Collector): void {
  if (module === undefined || module.version === '' || module.version === '(devel)') return;
  found.add({ type: 'golang', ...goModule(module.path), version: module.version });
}

/**
 * Adds the standard library as the package that Go's own advisories name, `stdlib`. `go1.21rc2` becomes `1.21.0-rc.2`,
 * as those advisories write versions.
 */
export function addStandardLibrary(goVersion: string, found: Collector): void {
  const match = /^(?:devel )?go(\d+)\.(\d+)(?:\.(\d+))?(?:(rc|beta)(\d+))?/.exec(goVersion);
  if (match === null) {
    found.unresolved('stdlib');
    return;
  }
  const [, major, minor, patch = '0', kind, number] = match;
  const pre = kind === undefined ? '' : `-${kind}.${number}`;
  found.add({ type: 'golang', name: 'stdlib', version: `${major}.${minor}.${patch}${pre}` });
}
