import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const FETCHED = resolve(import.meta.dirname, '../../../../.tools/cosign');
/** What the set-up fetches: the last of the second line that Debian has, and the third, whose forms are others. */
export const COSIGN_VERSIONS = ['2.5.0', '3.1.1'] as const;
export type CosignVersion = (typeof COSIGN_VERSIONS)[number];

const MAX_OUTPUT = 4 * 2 ** 20;
const TIMEOUT_MS = 100_000;
/** Of the keys that are made for a test. */
const PASSWORD = 'of a test';

export interface CosignOutcome {
  readonly isDone: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Why the real cosign cannot be run here; nothing when it can. */
export function cosignMissing(): string | undefined {
  const missing = COSIGN_VERSIONS.filter((version) => !existsSync(programOf(version)));
  if (missing.length === 0) return undefined;
  return `cosign ${missing.join(' and ')} is missing (./bulkhead test fetches it; to try again, remove .tools/ready.test)`;
}

/** Runs the real cosign in a folder, which is its home as well. It reaches nothing but loopback. Never rejects. */
export async function cosign(
  version: CosignVersion,
  folder: string,
  words: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<CosignOutcome> {
  // Its programs keep away from a proxy for what is on loopback alone, and nothing listens on this port.
  const proxy = 'http://127.0.0.1:9';
  const env = { HOME: folder, COSIGN_PASSWORD: PASSWORD, HTTP_PROXY: proxy, HTTPS_PROXY: proxy, ...more };
  try {
    const options = { cwd: folder, env, maxBuffer: MAX_OUTPUT, timeout: TIMEOUT_MS };
    const { stdout, stderr } = await promisify(execFile)(programOf(version), words, options);
    return { isDone: true, stdout, stderr };
  } catch (error) {
    const { stdout = '', stderr = String(error) } = error as { readonly stdout?: string; readonly stderr?: string };
    return { isDone: false, stdout, stderr };
  }
}

function programOf(version: CosignVersion): string {
  return join(FETCHED, version, 'usr/bin/cosign');
}
