import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { entry, read } from '../test-support/read.ts';
import { bdbHashFile, ndbFile, rpmHeader } from '../test-support/rpm-databases.ts';
import { rpmReader } from './rpm.ts';

const SQLITE = 'usr/lib/sysimage/rpm/rpmdb.sqlite';
const NDB = 'var/lib/rpm/Packages.db';
const BDB = 'var/lib/rpm/Packages';

const PERL_ERRNO = rpmHeader([
  { tag: 1000, type: 6, values: ['perl-Errno'] },
  { tag: 1001, type: 6, values: ['1.28'] },
  { tag: 1002, type: 6, values: ['419.el8'] },
  { tag: 1003, type: 4, values: [0] },
  { tag: 1014, type: 6, values: ['MIT'] },
  { tag: 1022, type: 6, values: ['x86_64'] },
  { tag: 1044, type: 6, values: ['perl-5.26.3-419.el8.src.rpm'] },
]);
/** Longer than a page, so that it needs overflow pages in every format. */
const NODEJS = rpmHeader([
  { tag: 1000, type: 6, values: ['nodejs'] },
  { tag: 1001, type: 6, values: ['20.11.1'] },
  { tag: 1002, type: 6, values: ['1.module_el8'] },
  { tag: 1003, type: 4, values: [1] },
  { tag: 1011, type: 6, values: ['AlmaLinux'] },
  { tag: 1022, type: 6, values: ['aarch64'] },
  { tag: 1030, type: 3, values: [0x41ed, 0x81ed, 0x81a4, 0x81a4] },
  { tag: 1037, type: 4, values: [0, 0, 0x40, 0] },
  { tag: 1044, type: 6, values: ['nodejs-20.11.1-1.module_el8.src.rpm'] },
  { tag: 1116, type: 4, values: [0, 1, 1, 0] },
  { tag: 1117, type: 8, values: ['node_modules', 'node', 'ghost', `${'long'.repeat(900)}.js`] },
  { tag: 1118, type: 8, values: ['/usr/lib/', '/usr/bin/'] },
  { tag: 5096, type: 6, values: ['nodejs:20:8090:abcdef'] },
]);
const KEY = rpmHeader([
  { tag: 1000, type: 6, values: ['gpg-pubkey'] },
  { tag: 1001, type: 6, values: ['c21ad6ea'] },
  { tag: 1002, type: 6, values: ['650ec5ea'] },
]);
const HEADERS = [PERL_ERRNO, NODEJS, KEY];
const PACKAGES = [
  {
    type: 'rpm',
    name: 'perl-Errno',
    version: '0:1.28-419.el8',
    arch: 'x86_64',
    source: { name: 'perl', version: '5.26.3-419.el8' },
    licenses: ['MIT'],
  },
  {
    type: 'rpm',
    name: 'nodejs',
    version: '1:20.11.1-1.module_el8',
    arch: 'aarch64',
    source: { name: 'nodejs', version: '20.11.1-1.module_el8' },
    vendor: 'AlmaLinux',
    modularity: 'nodejs:20:8090:abcdef',
  },
];

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-rpm-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('rpmReader', () => {
  it.each([
    ['SQLite', SQLITE, () => sqliteFile(HEADERS)],
    ['SQLite with small pages', SQLITE, () => sqliteFile(HEADERS, 512)],
    ['SQLite with large pages', SQLITE, () => sqliteFile(HEADERS, 65_536)],
    ['NDB', NDB, () => ndbFile(HEADERS)],
    ['Berkeley DB', BDB, () => bdbHashFile(HEADERS)],
    ['big-endian Berkeley DB', BDB, () => bdbHashFile(HEADERS, 'BE')],
  ])('reads %s', (_name, path, file) => {
    const result = read(rpmReader, path, file());

    expect(result.packages).toEqual(PACKAGES);
    expect(result.owned).toEqual(new Map([['nodejs', ['usr/bin/node', `usr/lib/${'long'.repeat(900)}.js`]]]));
    expect(result.gaps).toEqual([]);
  });

  it('reads every row of a tree with interior pages, in order', () => {
    const many = Array.from({ length: 700 }, (_, index) => named(`package-${index}`));

    const result = read(rpmReader, SQLITE, sqliteFile(many, 512));

    expect(result.packages.map(({ name }) => name)).toEqual(many.map((_, index) => `package-${index}`));
    expect(result.gaps).toEqual([]);
  });

  it('reads nothing from an empty database, and says so when it is none', () => {
    expect(read(rpmReader, SQLITE, sqliteFile([]))).toMatchObject({ packages: [], gaps: [] });
    expect(read(rpmReader, BDB, 'something else')).toMatchObject({ packages: [], gaps: [{ code: 'unsupported' }] });
  });

  it.each([
    ['SQLite', SQLITE, () => sqliteFile(HEADERS)],
    ['NDB', NDB, () => ndbFile(HEADERS)],
    ['Berkeley DB', BDB, () => bdbHashFile(HEADERS)],
  ])('keeps what it can of a %s file that is cut short, and says that it is', (_name, path, file) => {
    const whole = file();

    const result = read(rpmReader, path, whole.subarray(0, whole.length / 2));

    expect(result.packages.length).toBeLessThan(PACKAGES.length);
    expect(result.gaps[0]?.code).toBe('corrupt');
  });

  it('does not read bytes again and again that many entries point at', () => {
    const file = ndbFile([NODEJS]);
    for (let slot = 48; slot < 4096; slot += 16) file.copy(file, slot, 32, 48);

    const result = read(rpmReader, NDB, file);

    expect(result.packages.length).toBeLessThan(3);
    expect(result.gaps.at(-1)?.message).toMatch(/25\d places are damaged/);
  });

  it('says which file list contradicts itself', () => {
    const broken = rpmHeader([
      ...['odd', '1', '1'].map((text, index) => ({ tag: 1000 + index, type: 6, values: [text] })),
      { tag: 1116, type: 4, values: [5] },
      { tag: 1117, type: 8, values: ['file'] },
      { tag: 1118, type: 8, values: ['/usr/'] },
    ]);

    expect(read(rpmReader, NDB, ndbFile([broken]))).toMatchObject({
      names: ['odd 1-1'],
      gaps: [{ code: 'corrupt', message: 'the file list of odd contradicts itself' }],
    });
  });

  it('wants the databases in their three places', () => {
    expect(rpmReader.wants(entry('usr/share/rpm/Packages'))).toBe(true);
    expect(rpmReader.wants(entry('var/lib/rpm/Index.db'))).toBe(false);
    expect(rpmReader.wants(entry('var/lib/rpm/rpmdb.sqlite-shm'))).toBe(false);
  });

  it('is harmless on hostile input', () => {
    expect(hostileFailures(rpmReader, SQLITE, [sqliteFile(HEADERS, 512)])).toEqual([]);
    expect(hostileFailures(rpmReader, NDB, [ndbFile(HEADERS)])).toEqual([]);
    expect(hostileFailures(rpmReader, BDB, [bdbHashFile(HEADERS), bdbHashFile(HEADERS, 'BE')])).toEqual([]);
  });
});

function named(name: string): Buffer {
  return rpmHeader([name, '1', '1'].map((text, index) => ({ tag: 1000 + index, type: 6, values: [text] })));
}

/** Written by SQLite itself. */
function sqliteFile(headers: readonly Buffer[], pageSize = 4096): Buffer {
  const path = join(folder, 'rpmdb.sqlite');
  rmSync(path, { force: true });
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA page_size = ${pageSize}`);
  database.exec('CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)');
  database.exec('CREATE TABLE Name (key TEXT NOT NULL, hnum INTEGER NOT NULL, idx INTEGER NOT NULL)');
  const insert = database.prepare('INSERT INTO Packages (blob) VALUES (?)');
  database.exec('BEGIN');
  for (const header of headers) insert.run(header);
  database.exec('COMMIT');
  database.close();
  return readFileSync(path);
}
