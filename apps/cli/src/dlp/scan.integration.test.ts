import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DETECTORS, TextReport } from '@bulkhead/dlp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bulkhead } from '../testing/bulkhead.ts';
import { specimens } from '../testing/specimens.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-scan-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('dlp scan', () => {
  it('finds a datum wherever in a file it stands, also across the pieces the file is read in', () => {
    const tree = join(folder, 'tree');
    mkdirSync(join(tree, 'deep'), { recursive: true });
    const card = '"cardNumber": "5555555555554444"';
    writeFileSync(join(tree, 'a.json'), `{${card}}`);
    // The card straddles the first mebibyte.
    writeFileSync(join(tree, 'deep/b.bin'), `${'.'.repeat(1024 * 1024 - 20)}{${card}}${'.'.repeat(5000)}`);
    writeFileSync(join(tree, 'c.txt'), 'nothing to see');

    const { status, stdout } = bulkhead(['dlp', 'scan', tree, '--format', 'json', '--exit-code', '3']);
    const report = TextReport.parse(JSON.parse(stdout));

    expect(status).toBe(3);
    expect(
      report.files.map(({ file: name, findings }) => [name.slice(tree.length), findings.map(({ masked }) => masked)]),
    ).toEqual([
      ['/a.json', ['555555******4444']],
      ['/c.txt', []],
      ['/deep/b.bin', ['555555******4444']],
    ]);
    expect(report.files[2]?.findings[0]).toMatchObject({ key: 'cardNumber', offset: 1024 * 1024 - 20 + 16 });
  });

  it('shows each kind of datum masked as the catalogue says', () => {
    const sensor = join(folder, 'everything.json');
    writeFileSync(
      sensor,
      JSON.stringify({
        apiVersion: 'bulkhead.io/v1alpha1',
        kind: 'DataSensor',
        metadata: { name: 'everything' },
        spec: { detectors: DETECTORS.map(({ id }) => id), action: 'alert' },
      }),
    );
    const { stdout } = bulkhead(
      ['dlp', 'scan', '-', '--format', 'json', '--sensor', sensor],
      Buffer.from(specimens().join('\n')),
    );
    const [scanned] = TextReport.parse(JSON.parse(stdout)).files;

    expect(scanned?.findings.map(({ detector, masked }) => [detector, masked])).toEqual(
      DETECTORS.map(({ id, example }) => [id, example]),
    );
  });

  it('reads standard input', () => {
    const { stdout } = bulkhead(['dlp', 'scan', '-'], Buffer.from('iban: DE89 3704 0044 0532 0130 00\n'));

    expect(stdout).toContain('iban');
    expect(stdout).not.toContain('3704 0044');
  });
});
