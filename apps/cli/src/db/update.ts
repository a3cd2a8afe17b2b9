import { AdvisoryDatabase, type SourceUpdate, type UpdateResult, updateDatabase } from '@bulkhead/advisory-db';
import { formatCount, printable, systemClock } from '@bulkhead/core';
import { explain } from '../error.ts';
import { EXIT_FAILURE, EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';
import { type ArtifactOptions, isArtifact } from './artifact.ts';
import { FeedLine } from './feed-line.ts';
import { bucketAt, type CatalogueOptions, cataloguesOf } from './place.ts';
import { renderTable } from './render-table.ts';

export interface UpdateCommandOptions extends CatalogueOptions, ArtifactOptions {
  readonly db: string;
  readonly from?: readonly string[];
  readonly format: 'table' | 'json';
}

/**
 * `bulkhead db update`: brings a database up to date. A feed that fails is an error of its own, exits with failure, and
 * leaves a database that works.
 */
export async function update(options: UpdateCommandOptions, io: Io): Promise<number> {
  if (options.from?.some(isArtifact) === true) {
    const { replaceFrom } = await import('./replace.ts');
    return replaceFrom(options.from, options, io);
  }
  const known = origins(options.db);
  const progress = new FeedLine(io);
  try {
    const result = await updateDatabase({
      file: options.db,
      from: (options.from ?? known.from).map(bucketAt),
      catalogues: cataloguesOf({ ...known.catalogues, ...options }),
      clock: systemClock,
      signal: io.signal,
      onProgress: progress.update,
    });
    const failed = result.sources.filter((source) => source.outcome === 'failed');
    const reached = result.sources.length - failed.length;
    progress.done(
      `brought ${reached} of ${formatCount(result.sources.length, 'source')} up to date, ` +
        `${formatCount(result.changed.length, 'package')} changed`,
    );
    await writeAll(io.stdout, [options.format === 'json' ? json(result) : table(result.sources)]);
    for (const { name, error } of failed) {
      io.stderr.write(`error: ${printable(`${name} stays as old as it is: ${explain(error).message}`)}\n`);
    }
    return failed.length > 0 ? EXIT_FAILURE : EXIT_OK;
  } finally {
    progress.clear();
  }
}

/** Where a database has its data from, for whoever names no other place. */
function origins(file: string): { readonly from: readonly string[]; readonly catalogues: CatalogueOptions } {
  using database = AdvisoryDatabase.open(file);
  const { sources } = database.age();
  const at = (kind: string): string | undefined => sources.find((source) => source.kind === kind)?.location;
  const [kev, epss] = [at('kev'), at('epss')];
  return {
    from: database.origins,
    catalogues: { ...(kev !== undefined && { kev }), ...(epss !== undefined && { epss }) },
  };
}

function json({ sources, changed, database }: UpdateResult): string {
  const outcomes = sources.map((source) => {
    if (source.outcome === 'failed') return { ...source, error: explain(source.error) };
    const { changed: packages, ...counts } = source;
    return { ...counts, packages: packages.length };
  });
  const { updatedAt, file } = database;
  return `${JSON.stringify({ schemaVersion: 1, file, updatedAt, sources: outcomes, changed }, undefined, 2)}\n`;
}

function table(sources: readonly SourceUpdate[]): string {
  const rows = sources.map((source) =>
    source.outcome === 'failed'
      ? [source.name, 'failed', '', '', '', '']
      : [
          source.name,
          source.outcome,
          ...[source.added, source.replaced, source.removed, source.rejected].map((count) =>
            count.toLocaleString('en'),
          ),
        ],
  );
  const lines = renderTable([['SOURCE', 'OUTCOME', 'ADDED', 'REPLACED', 'REMOVED', 'REJECTED'], ...rows]);
  return lines.map((line) => `${printable(line)}\n`).join('');
}
