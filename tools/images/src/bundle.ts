import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { ADDONS, type Component } from './component.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

/**
 * Writes a component as it goes into its image: `dist/<component>/main.js` with what it loads, and its native modules
 * in `build/release`, where the bundled code looks for them from there. Needs nothing else but Node.
 */
export async function bundle(component: Component, folder: string): Promise<void> {
  const build = await rolldown({
    input: { main: join(ROOT, 'apps', component, 'src/main.ts') },
    platform: 'node',
    // What some libraries would use if it were there; nothing of ours asks for it.
    external: OPTIONAL,
    logLevel: 'silent',
  });
  try {
    await build.write({
      dir: join(folder, 'dist', component),
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: '[name]-[hash].js',
      cleanDir: true,
    });
  } finally {
    await build.close();
  }
  await bundleExpressions(join(folder, 'dist', component));
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
  const build = await rolldown({
    input: { expressions: join(ROOT, 'packages/policy/src/admission/expression/cel/engine.ts') },
    platform: 'node',
    logLevel: 'silent',
  });
  try {
    await build.write({ dir: folder, format: 'esm', entryFileNames: '[name].js', cleanDir: false });
  } finally {
    await build.close();
  }
  const manifest = { type: 'module', imports: { '#expressions': './expressions.js' } };
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest)}\n`);
}

const OPTIONAL = ['pg-native', 'pino-pretty', 'bufferutil', 'utf-8-validate'];
