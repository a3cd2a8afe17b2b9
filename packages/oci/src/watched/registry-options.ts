import { readFile } from 'node:fs/promises';
import type { WatchedRegistry } from '@bulkhead/scanner';
import { OciError } from '../error.ts';
import { type CredentialSource, dockerCredentials } from '../registry/credentials.ts';
import type { RegistryOptions } from '../registry/registry.ts';

/** How to talk to a watched registry. Files are read when they are needed: what is in them may have been renewed. */
export async function optionsOf(registry: WatchedRegistry): Promise<RegistryOptions> {
  const { insecure, caFile } = registry;
  return {
    credentials: credentialsOf(registry),
    plainHttp: insecure,
    ...(caFile !== undefined && { ca: await read(caFile, 'REGISTRY_FAILED') }),
  };
}

function credentialsOf({ host, username, passwordFile, dockerConfigFile }: WatchedRegistry): CredentialSource {
  if (username === undefined || passwordFile === undefined) return dockerCredentials(dockerConfigFile);
  return async (asked) => {
    // A token service of another host, or a mirror, must not learn them.
    if (asked !== host) return undefined;
    return { username, password: (await read(passwordFile, 'INVALID_CREDENTIALS')).replace(/\r?\n$/, '') };
  };
}

async function read(file: string, code: 'INVALID_CREDENTIALS' | 'REGISTRY_FAILED'): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new OciError(
      code,
      { what: `the file "${file}" cannot be read`, why, fix: 'check the path and its permissions' },
      { cause },
    );
  }
}
