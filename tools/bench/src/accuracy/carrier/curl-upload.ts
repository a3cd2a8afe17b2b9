import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';

const CLIENT = '/usr/bin/curl';

/** Why curl cannot be used here; nothing when it can. */
export function curlMissing(): string | undefined {
  return existsSync(CLIENT) ? undefined : `${CLIENT} is missing (Debian: curl)`;
}

/** Has curl send something to `target`, with what else it needs to know. Throws when it could not. */
export async function curlUpload(
  target: string,
  parameters: readonly string[],
  content: Buffer | string,
): Promise<void> {
  const curl = spawn(CLIENT, ['-sS', ...parameters, '--upload-file', '-', target], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  curl.stdin.end(content);
  const [code] = (await once(curl, 'close')) as [number | null];
  if (code !== 0) throw new Error(`curl could not send to ${target}: it ended with ${code}`);
}
