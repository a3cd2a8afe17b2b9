/**
 * Fuzzes targets for long, and keeps the inputs that are needed to reach what they reached:
 * `node tools/test/src/fuzz/campaign.ts [--seconds N] TARGET…`.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

import { runCommand } from '../command.ts';
import { buildNative, type NativeModule, nativeModules } from '../stages/native-build.ts';
import { writeCorpus } from './corpus.ts';
import { corpusFile, type FuzzTarget, runTarget, withTarget } from './fuzz-target.ts';

/** A corpus is kept small: the shortest inputs, while they fit. */
const MOST_KEPT_BYTES = 32 * 1024;
const LONGEST_KEPT_INPUT = 2 * 1024;

const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string', default: '600' } },
  allowPositionals: true,
});
const seconds = Number(values.seconds);
if (positionals.length === 0 || !Number.isInteger(seconds) || seconds < 1) {
  process.stderr.write('usage: campaign.ts [--seconds N] TARGET…, with TARGET the name of a file in native/*/fuzz\n');
  process.exit(2);
}
for (const name of positionals) await fuzz(name);

async function fuzz(name: string): Promise<void> {
  const module = nativeModules().find(({ folder }) => existsSync(join(folder, 'fuzz', `${name}.cpp`)));
  if (module === undefined) return fail(`${name}: no such target`);
  const built = await buildNative(module, 'fuzz', [`fuzz_${name}`]);
  if (built.code !== 0) return fail(built.output);
  await withTarget(module, name, async (target) => {
    const ran = await runTarget(module, target, seconds);
    if (ran.code !== 0) return fail(ran.output);
    const runs = /stat::number_of_executed_units:\s*(\d+)/.exec(ran.output)?.[1] ?? '?';
    const kept = await keep(module, target);
    process.stdout.write(`${name}: ${seconds} s, ${runs} inputs, ${kept} kept\n`);
  });
}

/** Writes the smallest set of inputs that reaches all that was reached, as far as it fits. How many. */
async function keep(module: NativeModule, target: FuzzTarget): Promise<number> {
  const merged = mkdtempSync(join(tmpdir(), 'bulkhead-fuzz-merged-'));
  try {
    await runCommand([target.program, '-merge=1', `-max_len=${LONGEST_KEPT_INPUT}`, merged, target.found]);
    const bySize = readdirSync(merged)
      .map((file) => ({ path: join(merged, file), size: statSync(join(merged, file)).size }))
      .toSorted((a, b) => a.size - b.size);
    let left = MOST_KEPT_BYTES;
    const inputs = bySize.filter(({ size }) => (left -= size) >= 0).map(({ path }) => readFileSync(path));
    const file = corpusFile(module, target.name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, writeCorpus(inputs));
    return inputs.length;
  } finally {
    rmSync(merged, { recursive: true, force: true });
  }
}

function fail(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
