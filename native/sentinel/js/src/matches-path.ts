import { native } from './native.ts';

/** Whether a path matches a glob, as the native library decides it; for tests of what a rule would mean. */
export function matchesPath(glob: string, path: string): boolean {
  return native().matchesPath(glob, path);
}
