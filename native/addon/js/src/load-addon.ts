import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { LoadFailure } from './error.ts';

const require = createRequire(import.meta.url);

type LoadErrorClass = new (code: LoadFailure, message: string, options?: ErrorOptions) => Error;

/** Loads an addon from its file. Throws an error of `type` where it is not there, or not for this machine. */
export function loadAddon(path: string, what: string, type: LoadErrorClass): unknown {
  const remedy = 'run any command of ./bulkhead, which builds it';
  if (!existsSync(path)) {
    throw new type('ADDON_MISSING', `${what} is not built (${path} is missing): ${remedy}`);
  }
  try {
    return require(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new type('ADDON_UNLOADABLE', `${what} cannot be loaded (${reason}): remove ${path}; ${remedy}`, { cause });
  }
}
