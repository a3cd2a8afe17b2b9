import { existsSync, globSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { runCommand } from '../command.ts';
import { joinResults, oneCheck, type Stage, type StageResult } from '../stage.ts';
import { buildNative, type NativeModule, nativeModules } from './native-build.ts';

/** How long the fuzz targets of a module run, all together; a real campaign runs one target for hours. */
const SMOKE_SECONDS = 75;
const MIN_SECONDS_PER_TARGET = 4;

/** No input of a packet or a body may take longer than this: the parsers are linear and bounded. */
const INPUT_TIMEOUT_SECONDS = 10;
const MEMORY_LIMIT_MIB = 2048;

export const FUZZ: Stage = {
  name: 'fuzz',
  title: `libFuzzer: every target for a while, about ${SMOKE_SECONDS} s together`,
  run: async () => {
    const results: StageResult[] = [];
    for (const module of nativeModules()) {
      if (module.presets.has('fuzz')) results.push(await fuzzModule(module));
    }
    return joinResults(results);
  },
};

async function fuzzModule(module: NativeModule): Promise<StageResult> {
  const targets = globSync('fuzz/*.cpp', { cwd: module.folder })
    .map((file) => basename(file, '.cpp'))
    .toSorted();
  if (targets.length === 0) return joinResults([]);
  const built = await buildNative(module, 'fuzz');
  if (built.code !== 0) return { passed: 0, failed: 1, skips: [], output: built.output };

  const lanes = availableParallelism();
  const seconds = Math.max(MIN_SECONDS_PER_TARGET, Math.floor((SMOKE_SECONDS * lanes) / targets.length));
  const results: StageResult[] = [];
  for (let next = 0; next < targets.length; next += lanes) {
    const together = targets.slice(next, next + lanes);
    results.push(...(await Promise.all(together.map((target) => fuzzTarget(module, target, seconds)))));
  }
  return joinResults(results);
}

/** Runs one target from its committed corpus. What it finds new is thrown away; an input that breaks it is kept. */
async function fuzzTarget(module: NativeModule, target: string, seconds: number): Promise<StageResult> {
  const build = join(module.folder, 'build/fuzz');
  const program = join(build, `fuzz_${target}`);
  if (!existsSync(program)) return oneCheck(false, `${program} was not built`);
  const kept = join(build, 'broken');
  mkdirSync(kept, { recursive: true });
  const found = mkdtempSync(join(tmpdir(), `bulkhead-fuzz-${target}-`));
  const corpus = join(module.folder, 'fuzz/corpus', target);
  try {
    const { code, output } = await runCommand([
      program,
      `-max_total_time=${seconds}`,
      `-timeout=${INPUT_TIMEOUT_SECONDS}`,
      `-rss_limit_mb=${MEMORY_LIMIT_MIB}`,
      `-artifact_prefix=${kept}/${target}-`,
      '-print_final_stats=1',
      '-verbosity=0',
      found,
      ...(existsSync(corpus) ? [corpus] : []),
    ]);
    return oneCheck(code === 0, output);
  } finally {
    rmSync(found, { recursive: true, force: true });
  }
}
