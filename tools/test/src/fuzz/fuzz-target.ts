import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Finished, runCommand } from '../command.ts';
import type { NativeModule } from '../stages/native-build.ts';
import { readCorpus } from './corpus.ts';
import { goldenSeeds } from './golden-seeds.ts';

/** No input of a packet or a body may take longer than this: the parsers are linear and bounded. */
const INPUT_TIMEOUT_SECONDS = 10;
const MEMORY_LIMIT_MIB = 2048;

/** A fuzz target, built, with the folder that libFuzzer adds to. Broken inputs are kept beside the program. */
export interface FuzzTarget {
  readonly name: string;
  readonly program: string;
  readonly found: string;
}

/** Where the inputs of a target are kept from one run to the next. */
export function corpusFile(module: NativeModule, target: string): string {
  return join(module.folder, 'fuzz/corpus', `${target}.txt`);
}

/**
 * Calls `use` with a target whose folder holds what is known of it: the committed corpus, and the sessions of its golden
 * files. The folder is removed afterwards. Undefined when the program was not built.
 */
export async function withTarget<Result>(
  module: NativeModule,
  name: string,
  use: (target: FuzzTarget) => Promise<Result>,
): Promise<Result | undefined> {
  const program = join(module.folder, 'build/fuzz', `fuzz_${name}`);
  if (!existsSync(program)) return undefined;
  const found = mkdtempSync(join(tmpdir(), `bulkhead-fuzz-${name}-`));
  try {
    for (const [index, input] of knownInputs(module, name).entries()) {
      writeFileSync(join(found, `known-${index}`), input);
    }
    return await use({ name, program, found });
  } finally {
    rmSync(found, { recursive: true, force: true });
  }
}

function knownInputs(module: NativeModule, name: string): readonly Buffer[] {
  const kept = corpusFile(module, name);
  const corpus = existsSync(kept) ? readCorpus(readFileSync(kept, 'utf8')) : [];
  const golden = join(module.folder, 'test/protocol/golden');
  const own = name.replace(/^protocol_/, '').replaceAll('_', '-');
  const files = existsSync(golden) ? readdirSync(golden) : [];
  const spoken = files.filter((file) => name === 'protocol_conversation' || file === `${own}.md`);
  return [...corpus, ...spoken.flatMap((file) => goldenSeeds(readFileSync(join(golden, file), 'utf8')))];
}

/** Runs a target for some seconds, adding to its folder what reaches new code. */
export async function runTarget(module: NativeModule, target: FuzzTarget, seconds: number): Promise<Finished> {
  const kept = join(module.folder, 'build/fuzz/broken');
  mkdirSync(kept, { recursive: true });
  return await runCommand([
    target.program,
    `-max_total_time=${seconds}`,
    `-timeout=${INPUT_TIMEOUT_SECONDS}`,
    `-rss_limit_mb=${MEMORY_LIMIT_MIB}`,
    `-artifact_prefix=${kept}/${target.name}-`,
    '-print_final_stats=1',
    '-verbosity=0',
    target.found,
  ]);
}
