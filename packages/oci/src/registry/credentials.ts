import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { OciError } from '../error.ts';
import { DEFAULT_REGISTRY } from './reference.ts';

/** What proves to a registry who asks. An identity token is exchanged for access tokens (OAuth 2). */
export type Credentials = { readonly username: string; readonly password: string } | { readonly identityToken: string };

/** Finds the credentials for a registry; undefined where there are none and it is asked anonymously. */
export type CredentialSource = (registry: string) => Promise<Credentials | undefined>;

const Auth = z.object({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  identitytoken: z.string().optional(),
});
const DockerConfig = z.object({
  auths: z.record(z.string(), Auth).optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
  credsStore: z.string().optional(),
});

/** Docker Hub's entry is called by the address of an interface that was replaced in 2014. */
const DOCKER_HUB_KEY = 'https://index.docker.io/v1/';

/**
 * Credentials as `docker login` keeps them: in `config.json` under `DOCKER_CONFIG` or `~/.docker`, or in the programs
 * it names. Without the file there are none.
 */
export function dockerCredentials(file: string = defaultConfigFile()): CredentialSource {
  return async (registry) => {
    const config = await readConfig(file);
    const keys = registry === DEFAULT_REGISTRY ? [DOCKER_HUB_KEY, registry] : [registry];
    const isFor = (key: string): boolean => keys.includes(key) || keys.includes(hostOf(key));
    const helper = Object.entries(config.credHelpers ?? {}).find(([key]) => isFor(key))?.[1] ?? config.credsStore;
    if (helper !== undefined && helper !== '') {
      const { runCredentialHelper } = await import('./credential-helper.ts');
      const found = await runCredentialHelper(helper, keys[0] ?? registry);
      if (found !== undefined) return found;
    }
    const auth = Object.entries(config.auths ?? {}).find(([key]) => isFor(key))?.[1];
    return auth === undefined ? undefined : credentialsFrom(auth, file);
  };
}

function defaultConfigFile(): string {
  return join(process.env.DOCKER_CONFIG || join(homedir(), '.docker'), 'config.json');
}

async function readConfig(file: string): Promise<z.infer<typeof DockerConfig>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw new OciError('INVALID_CREDENTIALS', `the credentials in "${file}" cannot be read`, { cause: error });
  }
  try {
    return DockerConfig.parse(JSON.parse(text));
  } catch (error) {
    // The cause would quote the file, and with it secrets.
    const why = error instanceof z.ZodError ? `${error.issues[0]?.path.join('.')} is wrong` : 'it is no JSON';
    throw new OciError('INVALID_CREDENTIALS', { what: `the credentials in "${file}" cannot be read`, why });
  }
}

function credentialsFrom(auth: z.infer<typeof Auth>, file: string): Credentials | undefined {
  if (auth.identitytoken !== undefined && auth.identitytoken !== '') return { identityToken: auth.identitytoken };
  if (auth.auth !== undefined && auth.auth !== '') {
    const plain = Buffer.from(auth.auth, 'base64').toString();
    const colon = plain.indexOf(':');
    if (colon < 0) throw new OciError('INVALID_CREDENTIALS', `an entry of "${file}" is no user name and password`);
    return { username: plain.slice(0, colon), password: plain.slice(colon + 1).replace(/\0+$/, '') };
  }
  const { username, password } = auth;
  return username === undefined || password === undefined ? undefined : { username, password };
}

function hostOf(key: string): string {
  return key.replace(/^https?:\/\//, '').split('/', 1)[0] ?? key;
}
