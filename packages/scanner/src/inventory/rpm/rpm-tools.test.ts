import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { read } from '../test-support/read.ts';
import { rpmReader } from './rpm.ts';

const SPEC = `Name: probe
Epoch: 2
Version: 1.4
Release: 3.el8
Summary: Probe
License: MIT and BSD
Vendor: Example
BuildArch: noarch
%description
Probe
%package libs
Summary: Libraries
Version: 7.0
%description libs
Libraries
%install
mkdir -p %{buildroot}/usr/share/probe %{buildroot}/usr/lib/probe
echo 1 > %{buildroot}/usr/share/probe/one
for i in $(seq 1 120); do echo $i > %{buildroot}/usr/lib/probe/a-file-with-quite-a-long-name-$i; done
%files
%dir /usr/share/probe
/usr/share/probe/one
%files libs
/usr/lib/probe
`;
const QUERY = '%{NAME} %|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE} %{ARCH} %{SOURCERPM} %{LICENSE} %{VENDOR}\n';
const TOOLS = ['/usr/bin/rpmbuild', '/usr/bin/rpm', '/usr/bin/db5.3_load'];
const missing = TOOLS.filter((tool) => !existsSync(tool));
if (missing.length > 0) process.stderr.write(`skipped: ${missing.join(', ')} absent\n`);

describe.skipIf(missing.length > 0)('rpmReader against rpm itself', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bulkhead-rpm-'));
    writeFileSync(join(folder, 'probe.spec'), SPEC);
    const defines = ['--define', `_topdir ${folder}/build`, '--define', '_build_id_links none'];
    execFileSync('rpmbuild', ['-bb', '--quiet', ...defines, 'probe.spec'], { cwd: folder, stdio: 'pipe' });
    for (const name of ['probe-1.4', 'probe-libs-7.0']) {
      rpm(
        '-i',
        '--nodeps',
        '--justdb',
        '--noscripts',
        '--nosignature',
        `${folder}/build/RPMS/noarch/${name}-3.el8.noarch.rpm`,
      );
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('lists what rpm lists from an SQLite database', () => {
    expect(listing(readFileSync(join(folder, 'root/var/lib/rpm/rpmdb.sqlite')))).toEqual(listingOfRpm());
  });

  it('lists the same from a Berkeley DB file that Berkeley DB wrote', () => {
    const database = new DatabaseSync(join(folder, 'root/var/lib/rpm/rpmdb.sqlite'), { readOnly: true });
    const rows = database.prepare('SELECT hnum, blob FROM Packages').all();
    database.close();
    const pairs = rows.map(
      ({ hnum, blob }) => `${line(numberKey(Number(hnum)))}${line(Buffer.from(blob as Uint8Array))}`,
    );
    const dump = `VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize=4096\nHEADER=END\n${line(numberKey(0))}${line(numberKey(rows.length))}${pairs.join('')}DATA=END\n`;
    mkdirSync(join(folder, 'bdb'));
    execFileSync('db5.3_load', [join(folder, 'bdb/Packages')], { input: dump });

    expect(listing(readFileSync(join(folder, 'bdb/Packages')))).toEqual(listingOfRpm());
  });

  function rpm(...options: string[]): string {
    return execFileSync('rpm', ['--root', join(folder, 'root'), '--dbpath', '/var/lib/rpm', ...options], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  }

  /** What our reader says, in the form of `listingOfRpm`. */
  function listing(database: Buffer): object {
    const result = read(rpmReader, 'var/lib/rpm/Packages', database);
    const packages = result.packages.map(
      ({ name, version, arch, source, licenses, vendor }) =>
        `${name} ${version} ${arch} ${source?.name}-${source?.version}.src.rpm ${licenses?.[0]} ${vendor}`,
    );
    return {
      packages: packages.toSorted(),
      files: result.owned
        .get('probe-libs')
        ?.map((path) => `/${path}`)
        .toSorted(),
      gaps: result.gaps,
    };
  }

  function listingOfRpm(): object {
    const files = lines(rpm('-ql', 'probe-libs')).filter((path) => path !== '/usr/lib/probe');
    expect(files).toHaveLength(120);
    return { packages: lines(rpm('-qa', '--qf', QUERY)), files, gaps: [] };
  }
});

function lines(text: string): string[] {
  return text
    .split('\n')
    .filter((one) => one !== '')
    .toSorted();
}

function numberKey(value: number): Buffer {
  const key = Buffer.alloc(4);
  key.writeUInt32LE(value);
  return key;
}

function line(bytes: Buffer): string {
  return ` ${bytes.toString('hex')}\n`;
}
