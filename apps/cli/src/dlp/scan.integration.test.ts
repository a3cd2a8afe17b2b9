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
      // Credentials are told by their place in a protocol, which a text has not.
      DETECTORS.filter(({ category }) => category !== 'credential').map(({ id, example }) => [id, example]),
    );
  });

  it('reads standard input', () => {
    const { stdout } = bulkhead(['dlp', 'scan', '-'], Buffer.from('iban: DE89 3704 0044 0532 0130 00\n'));

    expect(stdout).toContain('iban');
    expect(stdout).not.toContain('3704 0044');
  });
});

describe('dlp scan with detectors of one’s own', () => {
  it('finds terms of a file beside the sensor, and patterns with their check', () => {
    writeFileSync(join(folder, 'terms.txt'), '# names\nNightingale\n');
    const sensor = own({
      dictionaries: [{ id: 'names', file: 'terms.txt' }],
      patterns: [{ id: 'member', pattern: 'M-\\d{8}', check: 'luhn', show: { last: 3 } }],
    });
    const { stdout, stderr } = bulkhead(
      ['dlp', 'scan', '-', '--format', 'json', '--sensor', sensor],
      Buffer.from('nightingale {"member":"M-12345674"} M-12345675 nightingales'),
    );

    expect(stderr).not.toContain('error');
    expect(
      TextReport.parse(JSON.parse(stdout)).files[0]?.findings.map(({ detector, masked, key, offset }) => ({
        detector,
        masked,
        key,
        offset,
      })),
    ).toEqual([
      { detector: 'names', masked: '***********', key: '', offset: 0 },
      { detector: 'member', masked: '*-*****674', key: 'member', offset: 23 },
    ]);
  });

  it('refuses a pattern that cannot be run, with what to do', () => {
    const sensor = own({ patterns: [{ id: 'mail', pattern: '[a-z0-9._]{1,64}@[a-z0-9.]{3,60}' }] });

    const { status, stderr } = bulkhead(['dlp', 'scan', '-', '--sensor', sensor], Buffer.from('x'));

    expect(status).toBe(1);
    expect(stderr).toMatch(/pattern 'mail' would run at \d+ % of the speed .*begin it with literal text/);
  });

  it('names a file of terms that is not there', () => {
    const sensor = own({ dictionaries: [{ id: 'names', file: 'nowhere.txt' }] });

    const { status, stderr } = bulkhead(['dlp', 'scan', '-', '--sensor', sensor], Buffer.from('x'));

    expect(status).toBe(1);
    expect(stderr).toMatch(/nowhere\.txt.*no such file/);
  });

  function own(spec: object): string {
    const file = join(folder, 'own.json');
    const document = { apiVersion: 'bulkhead.io/v1alpha1', kind: 'DataSensor', metadata: { name: 'own' } };
    writeFileSync(file, JSON.stringify({ ...document, spec: { ...spec, action: 'alert' } }));
    return file;
  }
});
