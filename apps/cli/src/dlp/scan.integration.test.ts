import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
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
      DETECTORS.filter(({ category }) => category !== 'credential' && category !== 'traffic').map(({ id, example }) => [
        id,
        example,
      ]),
    );
  });

  it('reads standard input', () => {
    const { stdout } = bulkhead(['dlp', 'scan', '-'], Buffer.from('iban: DE89 3704 0044 0532 0130 00\n'));

    expect(stdout).toContain('iban');
    expect(stdout).not.toContain('3704 0044');
  });

  it('says what of a file it could not look into, and why', () => {
    const bomb = `x=${gzipSync(Buffer.alloc(8 << 20)).toString('base64')}`;
    const behind = ' {"cardNumber": "5555555555554444"}'.padEnd(5000);
    const file = join(folder, 'bomb.txt');
    writeFileSync(file, bomb + behind);

    const [scanned] = TextReport.parse(JSON.parse(bulkhead(['dlp', 'scan', file, '--format', 'json']).stdout)).files;

    expect(scanned?.notInspectedReasons).toEqual({ decodeBudget: expect.any(Number) });
    expect(scanned?.bytesNotInspected).toBe(scanned?.notInspectedReasons.decodeBudget);
    expect(scanned?.findings).toMatchObject([{ detector: 'payment-card' }]);
    expect(bulkhead(['dlp', 'scan', file]).stdout).toMatch(/not inspected: .*decodeBudget/);
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

describe('dlp edm build', () => {
  const csv = 'id,name,account\n1,"O\'Hara, Jane",0041-5550-2671\n2,Ed Li,9988776655\n3,Al,12\n';
  const columns = ['--column', 'name', '--column', 'account:digits'];

  it('makes a set with which the same values are found in any spelling, and that holds none of them', () => {
    const [list, set] = [join(folder, 'customers.csv'), join(folder, 'customers.edm')];
    writeFileSync(list, csv);

    const built = bulkhead(['dlp', 'edm', 'build', list, ...columns, '--output', set]);
    const sensor = exactSensor('customers.edm', 'customers.edm.key');
    const text = '{"customer":"o\'hara JANE","o\'hara jane","to":"0041 5550 2671"} ed li';
    const scanned = bulkhead(['dlp', 'scan', '-', '--format', 'json', '--sensor', sensor], Buffer.from(text));

    expect(built.stdout).toMatch(/^4 values of 3 rows in .*customers\.edm, key in .*\nleft out: 2 too short\n$/);
    expect([set, `${set}.key`].map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600]);
    expect(readFileSync(set).includes('0041')).toBe(false);
    expect(
      TextReport.parse(JSON.parse(scanned.stdout)).files[0]?.findings.map(({ key, confidence, masked }) => ({
        key,
        confidence,
        masked,
      })),
    ).toEqual([
      { key: 'name', confidence: 'medium', masked: '***********' },
      { key: 'name', confidence: 'medium', masked: '***********' },
      { key: 'account', confidence: 'high', masked: '************' },
      { key: 'name', confidence: 'medium', masked: '*****' },
    ]);
  });

  it('refuses a set with a key that is not its own', () => {
    writeFileSync(join(folder, 'other.key'), Buffer.alloc(16, 7));

    const { status, stderr } = bulkhead(
      ['dlp', 'scan', '-', '--sensor', exactSensor('customers.edm', 'other.key')],
      Buffer.from('x'),
    );

    expect(status).toBe(1);
    expect(stderr).toMatch(/exact data "people".*built with another key/);
  });

  it('puts a set in the place of another at once, with the key of that', () => {
    const [list, set] = [join(folder, 'customers.csv'), join(folder, 'customers.edm')];
    const [before, key] = [statSync(set).ino, readFileSync(`${set}.key`)];

    expect(bulkhead(['dlp', 'edm', 'build', list, ...columns, '--output', set]).status).toBe(0);

    expect(statSync(set).ino).not.toBe(before);
    expect(readFileSync(`${set}.key`)).toEqual(key);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('puts no file in the place of a pipe, but the set into it', async () => {
    const [list, pipe, key] = [join(folder, 'customers.csv'), join(folder, 'pipe'), join(folder, 'customers.edm.key')];
    execFileSync('mkfifo', [pipe]);
    const reader = spawn('cat', [pipe]);
    const read = buffer(reader.stdout);

    expect(bulkhead(['dlp', 'edm', 'build', list, ...columns, '--output', pipe, '--key', key]).status).toBe(0);

    const isPipe = statSync(pipe).isFIFO();
    // Where nobody wrote to the pipe its reader would wait without end.
    if (!isPipe) reader.kill();
    expect(isPipe).toBe(true);
    expect(await read).toEqual(readFileSync(join(folder, 'customers.edm')));
  });

  it('names a column that is not there, and leaves nothing', () => {
    const list = join(folder, 'customers.csv');
    const output = join(folder, 'none.edm');

    const { status, stderr } = bulkhead(['dlp', 'edm', 'build', list, '--column', 'iban', '--output', output]);

    expect(status).toBe(1);
    expect(stderr).toMatch(/no column "iban"; the first row has id, name, account/);
    expect([output, `${output}.key`].filter((file) => existsSync(file))).toEqual([]);
  });

  function exactSensor(set: string, key: string): string {
    const file = join(folder, 'exact.json');
    const document = { apiVersion: 'bulkhead.io/v1alpha1', kind: 'DataSensor', metadata: { name: 'exact' } };
    writeFileSync(
      file,
      JSON.stringify({ ...document, spec: { exactData: [{ id: 'people', set, key }], action: 'alert' } }),
    );
    return file;
  }
});
