import { AdvisoryDatabase, importDatabase } from '@bulkhead/advisory-db';
import { printable, systemClock } from '@bulkhead/core';
import { CliError } from '../error.ts';
import { EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';
import { type ArtifactOptions, artifactAt, resourceOf } from './artifact.ts';
import { FeedLine } from './feed-line.ts';
import { renderSummary } from './render-summary.ts';

export interface ReplaceOptions extends ArtifactOptions {
  readonly db: string;
  readonly format: 'table' | 'json';
}

/** What `db export` writes beside the file: when the database was last changed. */
const CREATED = 'org.opencontainers.image.created';

/**
 * `bulkhead db update --from oci://…`: puts the database of a registry in place of the one that is there, unless that is
 * the same. Where there is none yet, it is fetched.
 */
export async function replaceFrom(places: readonly string[], options: ReplaceOptions, io: Io): Promise<number> {
  const [place = '', ...more] = places;
  if (more.length > 0) {
    throw new CliError('USAGE', {
      what: `cannot update from ${JSON.stringify(place)} and other places`,
      why: 'an artifact is a whole database and not a feed',
      fix: 'name it alone',
    });
  }
  const line = new FeedLine(io);
  const artifact = await artifactAt(place, options, io);
  try {
    const created = artifact.annotations[CREATED];
    const isCurrent = created !== undefined && updatedAt(options.db) === created;
    if (!isCurrent) {
      await importDatabase({
        resource: resourceOf(artifact),
        output: options.db,
        digest: artifact.digest,
        signal: io.signal,
        onProgress: line.update,
      });
    }
    const name = printable(`${artifact.name}@${artifact.digest}`);
    if (isCurrent) io.stderr.write(`${name} is the one that is here\n`);
    else line.done(`${name} took its place`);
    using database = AdvisoryDatabase.open(options.db);
    const summary = database.summary();
    const { file } = summary;
    await writeAll(io.stdout, [
      options.format === 'json'
        ? `${JSON.stringify({ schemaVersion: 1, file, updatedAt: summary.updatedAt, artifact: { name: artifact.name, digest: artifact.digest }, replaced: !isCurrent }, undefined, 2)}\n`
        : renderSummary(summary, systemClock.now()),
    ]);
    return EXIT_OK;
  } finally {
    line.clear();
    artifact.close();
  }
}

/** When the database that is there was last changed; nothing where none can be read: it is replaced. */
function updatedAt(file: string): string | undefined {
  try {
    using database = AdvisoryDatabase.open(file);
    return database.age().updatedAt;
  } catch {
    return undefined;
  }
}
