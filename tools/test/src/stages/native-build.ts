import { existsSync, globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';

import { type Finished, runCommand } from '../command.ts';
import { ROOT } from '../root.ts';

export interface NativeModule {
  readonly name: string;
  readonly folder: string;
  readonly presets: ReadonlySet<string>;
}

/** The native modules, each with the presets its build knows. */
export function nativeModules(): NativeModule[] {
  return globSync('native/*/CMakePresets.json', { cwd: ROOT })
    .toSorted()
    .map((file) => {
      const folder = join(ROOT, file, '..');
      const { configurePresets } = JSON.parse(readFileSync(join(ROOT, file), 'utf8')) as {
        configurePresets: readonly { readonly name: string; readonly hidden?: boolean }[];
      };
      const presets = new Set(configurePresets.filter((preset) => preset.hidden !== true).map(({ name }) => name));
      return { name: basename(folder), folder, presets };
    });
}

/** Builds one module with one preset: everything of it, or some targets. */
export async function buildNative(
  module: NativeModule,
  preset: string,
  targets: readonly string[] = ['all'],
): Promise<Finished> {
  const cwd = module.folder;
  const configured = await runCommand(['cmake', '--preset', preset], { cwd, env: compilerCache() });
  if (configured.code !== 0) return configured;
  const jobs = String(availableParallelism());
  return await runCommand(['cmake', '--build', `build/${preset}`, '--parallel', jobs, '--target', ...targets], { cwd });
}

function compilerCache(): Record<string, string> {
  const found = (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, 'ccache')));
  return found ? { CMAKE_CXX_COMPILER_LAUNCHER: 'ccache' } : {};
}
