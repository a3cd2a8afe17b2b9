import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipOf } from './zip.ts';

/** An OSV record about one package, as JSON text; `over` replaces or adds keys. */
export function osvRecord(id: string, over: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    schema_version: '1.7.5',
    id,
    modified: '2026-08-01T00:00:00Z',
    summary: `what ${id} is about`,
    affected: [affected('Go', 'example.org/shop')],
    ...over,
  });
}

export function affected(ecosystem: string, name: string, fixed = '1.2.3'): object {
  return {
    package: { ecosystem, name },
    ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
  };
}

/** Writes a folder with the OSV bucket's layout: by ecosystem the records in its `all.zip`, and each beside it. */
export function writeBucket(folder: string, ecosystems: Readonly<Record<string, readonly string[]>>): string {
  for (const [ecosystem, records] of Object.entries(ecosystems)) {
    const place = join(folder, ecosystem);
    mkdirSync(place, { recursive: true });
    const named = records.map((record) => [`${idOf(record)}.json`, record] as const);
    writeFileSync(join(place, 'all.zip'), zipOf(Object.fromEntries(named)));
    for (const [name, record] of named) writeFileSync(join(place, name), record);
    const lines = records
      .map((record) => JSON.parse(record) as { id: string; modified: string })
      .toSorted((a, b) => Date.parse(b.modified) - Date.parse(a.modified));
    writeFileSync(join(place, 'modified_id.csv'), lines.map(({ id, modified }) => `${modified},${id}\n`).join(''));
  }
  writeFileSync(join(folder, 'ecosystems.txt'), `${Object.keys(ecosystems).join('\n')}\n`);
  return folder;
}

function idOf(record: string): string {
  return (JSON.parse(record) as { id: string }).id;
}
