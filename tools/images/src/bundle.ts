import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { ADDONS, type Component } from './component.ts';
import { inAscii } from './in-ascii.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

/**
 * Writes a component as it goes into its image: `dist/<component>/main.js` with what it loads, and its native modules
 * in `build/release`, where the bundled code looks for them from there. Needs nothing else but Node.
 */
export async function bundle(component: Component, folder: string): Promise<void> {
  const dist = join(folder, 'dist', component);
  await write({ main: join(ROOT, 'apps', component, 'src/main.ts') }, dist, { cleanDir: true });
  await bundleExpressions(dist);
  for (const addon of ADDONS[component]) {
    await mkdir(join(folder, 'build/release'), { recursive: true });
    await copyFile(
      join(ROOT, 'native', addon, `build/release/${addon}.node`),
      join(folder, `build/release/${addon}.node`),
    );
  }
}

/**
 * What a policy with expressions loads, and others do not: `#expressions` of the policy package, under that name. Beside the
 * component, since it is loaded by name when it is needed.
 */
async function bundleExpressions(folder: string): Promise<void> {
  const engine = join(ROOT, 'packages/policy/src/admission/expression/cel/engine.ts');
  await write({ expressions: engine }, folder, { cleanDir: false });
  const manifest = { type: 'module', imports: { '#expressions': './expressions.js' } };
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest)}\n`);
}

/** What some libraries would use if it were there; nothing of ours asks for it. */
const OPTIONAL = ['pg-native', 'pino-pretty', 'bufferutil', 'utf-8-validate'];

/** Writes one bundle. Its entry is called as `input` calls it, so that others find it by name. */
async function write(
  input: Readonly<Record<string, string>>,
  dir: string,
  { cleanDir }: { readonly cleanDir: boolean },
): Promise<void> {
  const build = await rolldown({ input, platform: 'node', external: OPTIONAL, logLevel: 'silent' });
  try {
    const { output } = await build.write({
      dir,
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: '[name]-[hash].js',
      cleanDir,
    });
    // Not by a plugin: what one gives back is written anew, and not in ASCII.
    for (const part of output) {
      if (part.type === 'chunk') await writeFile(join(dir, part.fileName), inAscii(part.code));
    }
  } finally {
    await build.close();
  }
}
