import { execFile } from 'node:child_process';
import { z } from 'zod';
import { OciError } from '../error.ts';
import type { Credentials } from './credentials.ts';

/** Helpers ask key stores and clouds; one that waits for a person must not stop a scan for good. */
const MAX_MS = 30_000;
const MAX_OUTPUT_BYTES = 1 << 20;

const Answer = z.object({ Username: z.string(), Secret: z.string() });

/** By the helpers' protocol, this user name says that the secret is an identity token. */
const IDENTITY_TOKEN = '<token>';

/** Asks `docker-credential-<name>` for a registry's credentials; undefined where it has none. */
export function runCredentialHelper(name: string, registry: string): Promise<Credentials | undefined> {
  if (!/^[\w.-]+$/.test(name)) {
    throw new OciError('INVALID_CREDENTIALS', `"${name.slice(0, 40)}" is no name of a credential helper`);
  }
  const program = `docker-credential-${name}`;
  const { promise, resolve, reject } = Promise.withResolvers<Credentials | undefined>();
  const fail = (why: string): void => {
    reject(new OciError('INVALID_CREDENTIALS', { what: `${program} gives no credentials for ${registry}`, why }));
  };
  const options = { timeout: MAX_MS, maxBuffer: MAX_OUTPUT_BYTES, killSignal: 'SIGKILL' } as const;
  const child = execFile(program, ['get'], options, (error, stdout, stderr) => {
    const said = `${stdout}${stderr}`.trim();
    if (error !== null && /credentials not found|no credentials/i.test(said)) resolve(undefined);
    else if (error?.code === 'ENOENT') fail('it is not installed');
    else if (error?.killed === true) fail(`it took more than ${MAX_MS / 1000} seconds`);
    else if (error !== null) fail(`it ended with ${String(error.code)}: ${stderr.trim().slice(0, 200)}`);
    else {
      const answer = parseAnswer(stdout);
      if (answer === undefined) fail('its answer is not understood');
      else resolve(answer);
    }
  });
  // A helper that ends before it has read the question answers for itself.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(registry);
  return promise;
}

function parseAnswer(stdout: string): Credentials | undefined {
  try {
    const { Username: username, Secret: secret } = Answer.parse(JSON.parse(stdout));
    return username === IDENTITY_TOKEN ? { identityToken: secret } : { username, password: secret };
  } catch {
    return undefined;
  }
}
