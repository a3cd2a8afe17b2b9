import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';

import { runTarget, withTarget } from '../fuzz/fuzz-target.ts';
import { joinResults, oneCheck, type Stage, type StageResult } from '../stage.ts';
import { buildNative, type NativeModule, nativeModules } from './native-build.ts';

/** How long the fuzz targets of a module run, all together; a real campaign runs one target for hours. */
const SMOKE_SECONDS = 75;
const MIN_SECONDS_PER_TARGET = 4;

export const FUZZ: Stage = {
  name: 'fuzz',
  title: `libFuzzer: every target for a while, about ${SMOKE_SECONDS} s for those of a module`,
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

/** Runs one target from what is known of it. What it finds new is thrown away; an input that breaks it is kept. */
async function fuzzTarget(module: NativeModule, name: string, seconds: number): Promise<StageResult> {
  const finished = await withTarget(module, name, async (target) => await runTarget(module, target, seconds));
  if (finished === undefined) return oneCheck(false, `fuzz_${name} was not built`);
  return oneCheck(finished.code === 0, finished.output);
}
