import { printable } from '@bulkhead/core';
import { renderTable } from '../db/render-table.ts';
import { EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';
import { type PlaceOptions, withStore } from './store-place.ts';

/** `bulkhead registry list`. */
export async function list(options: PlaceOptions & { readonly format: 'table' | 'json' }, io: Io): Promise<number> {
  const registries = await withStore(options, (store) => store.registries.list());
  if (options.format === 'json') {
    await writeAll(io.stdout, [`${JSON.stringify({ schemaVersion: 1, registries }, undefined, 2)}\n`]);
    return EXIT_OK;
  }
  const rows = registries.map(({ name, host, repositories, tags, platforms }) => [
    name,
    host,
    filter(repositories),
    filter(tags),
    platforms.length === 0 ? 'all' : platforms.join(' '),
  ]);
  const lines = renderTable([['NAME', 'HOST', 'REPOSITORIES', 'TAGS', 'PLATFORMS'], ...rows]);
  await writeAll(
    io.stdout,
    lines.map((line) => `${printable(line)}\n`),
  );
  return EXIT_OK;
}

function filter({
  include,
  exclude,
}: {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}): string {
  return [...(include.length === 0 ? ['*'] : include), ...exclude.map((pattern) => `!${pattern}`)].join(' ');
}
