import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { printable, problemText } from '@bulkhead/core';
import { WatchedRegistry } from '@bulkhead/scanner/registry';
import { CliError, unreadableFile } from '../error.ts';
import { EXIT_OK } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { type PlaceOptions, withStore } from './store-place.ts';

export interface AddOptions extends PlaceOptions {
  readonly repository?: readonly string[];
  readonly excludeRepository?: readonly string[];
  readonly tag?: readonly string[];
  readonly excludeTag?: readonly string[];
  readonly platform?: readonly string[];
  readonly insecure?: boolean;
  readonly dockerConfig?: string;
  readonly username?: string;
  readonly passwordFile?: string;
  readonly ca?: string;
  readonly key?: readonly string[];
  readonly trustRoot?: readonly string[];
}

/** `bulkhead registry add`. */
export async function add(name: string, host: string, options: AddOptions, io: Io): Promise<number> {
  const [keys, trustRoots] = await Promise.all([textsOf(options.key), textsOf(options.trustRoot)]);
  const registry = parse(name, host, options, { keys, trustRoots });
  const outcome = await withStore(options, (store) => store.registries.add(registry));
  if (outcome === 'exists') {
    throw new CliError('USAGE', {
      what: `the registry ${JSON.stringify(name)} is not added`,
      why: 'there is one of this name',
      fix: 'remove it first, or take another name',
    });
  }
  io.stdout.write(`${name} is watched: scan it with "bulkhead registry scan ${name}"\n`);
  return EXIT_OK;
}

function parse(
  name: string,
  host: string,
  options: AddOptions,
  trust: Pick<WatchedRegistry, 'keys' | 'trustRoots'>,
): WatchedRegistry {
  const { platform, username, passwordFile, dockerConfig, ca } = options;
  if ((username === undefined) !== (passwordFile === undefined)) {
    throw invalid(name, '--username and --password-file go together');
  }
  const parsed = WatchedRegistry.safeParse({
    name,
    host,
    insecure: options.insecure ?? false,
    repositories: { include: options.repository, exclude: options.excludeRepository },
    tags: { include: options.tag, exclude: options.excludeTag },
    ...(platform !== undefined && { platforms: platform.includes('all') ? [] : platform }),
    ...(username !== undefined && { username }),
    ...(passwordFile !== undefined && { passwordFile: resolve(passwordFile) }),
    ...(dockerConfig !== undefined && { dockerConfigFile: resolve(dockerConfig) }),
    ...(ca !== undefined && { caFile: resolve(ca) }),
    ...trust,
  });
  if (parsed.success) return parsed.data;
  throw invalid(name, parsed.error.issues.map(problemText).join('; '));
}

function textsOf(files: readonly string[] = []): Promise<string[]> {
  return Promise.all(files.map(textOf));
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw unreadableFile(file, error);
  }
}

function invalid(name: string, why: string): CliError {
  const what = `the registry ${JSON.stringify(printable(name, 80))} is not added`;
  return new CliError('USAGE', { what, why: printable(why), fix: 'correct it' });
}
