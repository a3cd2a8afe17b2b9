import { printable } from '@bulkhead/core';
import type { RegistryStatus } from '@bulkhead/scanner';
import { renderTable } from '../db/render-table.ts';
import { EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';
import { notWatched } from './not-watched.ts';
import { type PlaceOptions, withStore } from './store-place.ts';

/** `bulkhead registry status`. */
export async function status(
  name: string | undefined,
  options: PlaceOptions & { readonly format: 'table' | 'json' },
  io: Io,
): Promise<number> {
  const registries = await withStore(options, async ({ registries: kept }) => {
    const names = name === undefined ? (await kept.list()).map((registry) => registry.name) : [name];
    const found = await Promise.all(names.map((one) => kept.status(one)));
    return found.filter((one) => one !== undefined);
  });
  if (name !== undefined && registries.length === 0) throw notWatched(name);
  const text =
    options.format === 'json'
      ? `${JSON.stringify({ schemaVersion: 1, registries }, undefined, 2)}\n`
      : table(registries);
  await writeAll(io.stdout, [text]);
  return EXIT_OK;
}

function table(registries: readonly RegistryStatus[]): string {
  const rows = registries.map(({ name, repositories, tags, images, findings, secrets, crawl }) => [
    name,
    ...[repositories, tags, images.complete, images.partial, images.pending, images.failed].map(String),
    ...['critical', 'high', 'medium', 'low'].map((severity) => String(findings[severity] ?? 0)),
    String(secrets),
    crawl?.finishedAt.slice(0, 16).replace('T', ' ') ?? 'never',
  ]);
  const head = ['NAME', 'REPOSITORIES', 'TAGS', 'SCANNED', 'PARTIAL', 'PENDING', 'FAILED'];
  const lines = renderTable([[...head, 'CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'SECRETS', 'CRAWLED (UTC)'], ...rows]);
  const problems = registries.flatMap(({ name, crawl }) =>
    (crawl?.problems ?? []).map((problem) => `${name}: not looked at: ${problem}`),
  );
  return [...lines, ...problems].map((line) => `${printable(line)}\n`).join('');
}
