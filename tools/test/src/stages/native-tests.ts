import { existsSync, globSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { runCommand } from '../command.ts';
import { joinResults, type Stage, type StageResult } from '../stage.ts';
import { buildNative, type NativeModule, nativeModules } from './native-build.ts';
import { noticedSkips } from './skip-notices.ts';

interface Flavour {
  readonly name: string;
  readonly title: string;
  readonly preset: string;
  /** Which layers' tests to run; all without it. */
  readonly layers?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly before?: readonly string[];
}

export const NATIVE = nativeTests({
  name: 'native',
  title: 'C++: unit, golden and split tests of the release build',
  preset: 'release',
});

export const SANITIZERS = nativeTests({
  name: 'sanitizers',
  title: 'the same under AddressSanitizer and UndefinedBehaviorSanitizer',
  preset: 'asan',
  env: { ASAN_OPTIONS: 'detect_leaks=1:strict_string_checks=1', UBSAN_OPTIONS: 'print_stacktrace=1' },
});

export const THREADS = nativeTests({
  name: 'threads',
  title: 'the sources and their workers under ThreadSanitizer',
  preset: 'tsan',
  layers: ['source'],
  env: { TSAN_OPTIONS: 'halt_on_error=1:second_deadlock_stack=1' },
  // This compiler's ThreadSanitizer finds no room for its shadow memory under newer kernels' address randomization.
  before: ['setarch', '-R'],
});

function nativeTests(flavour: Flavour): Stage {
  return {
    name: flavour.name,
    title: flavour.title,
    run: async () => {
      const results: StageResult[] = [];
      for (const module of nativeModules()) {
        if (module.presets.has(flavour.preset)) results.push(await testModule(module, flavour));
      }
      return joinResults(results);
    },
  };
}

async function testModule(module: NativeModule, flavour: Flavour): Promise<StageResult> {
  const layers = testedLayers(module).filter((layer) => flavour.layers?.includes(layer) ?? true);
  const targets = flavour.layers === undefined ? ['all'] : layers.map((layer) => `test_${layer}`);
  const built = await buildNative(module, flavour.preset, targets);
  if (built.code !== 0) return { passed: 0, failed: 1, skips: [], output: built.output };

  const results: StageResult[] = [];
  for (const layer of layers) {
    results.push(await testLayer(module, flavour, layer));
  }
  return joinResults(results);
}

/** The folders of test/ that hold tests: each becomes one program, and one that is missing is a failure. */
function testedLayers(module: NativeModule): string[] {
  const files = globSync('test/*/*.test.cpp', { cwd: module.folder });
  return [...new Set(files.map((file) => basename(dirname(file))))].toSorted();
}

async function testLayer(module: NativeModule, flavour: Flavour, layer: string): Promise<StageResult> {
  const cwd = join(module.folder, 'build', flavour.preset);
  const program = join(cwd, `test_${layer}`);
  if (!existsSync(program)) return { passed: 0, failed: 1, skips: [], output: `${program} was not built` };
  const { code, output } = await runCommand([...(flavour.before ?? []), program, '--no-colors=true'], {
    cwd,
    ...(flavour.env && { env: flavour.env }),
  });
  return readDoctest(code, output);
}

const SUMMARY =
  /^\[doctest\] test cases: +\d+ \| +(?<passed>\d+) passed \| +(?<failed>\d+) failed(?: \| +(?<skipped>\d+) skipped)?/m;

/** Reads the summary of a doctest program; one that says nothing, runs nothing or ends badly has failed. */
export function readDoctest(code: number, output: string): StageResult {
  const summary = SUMMARY.exec(output)?.groups;
  const passed = Number(summary?.passed ?? 0);
  const failed = Number(summary?.failed ?? 0);
  const noticed = noticedSkips(output);
  const left = Math.max(0, Number(summary?.skipped ?? 0));
  const skips = [
    ...noticed,
    ...Array.from({ length: left }, () => ({ test: 'a test', reason: 'left out by doctest' })),
  ];
  const broken = failed === 0 && (code !== 0 || passed + failed === 0);
  // A test that leaves early with a notice counts as passed for doctest, but it has shown nothing.
  return { passed: Math.max(0, passed - noticed.length), failed: failed + (broken ? 1 : 0), skips, output };
}
