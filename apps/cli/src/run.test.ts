import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from './run.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the command line', () => {
  it('prints its version', async () => {
    expect(await bulkhead('--version')).toEqual({ code: 0, stdout: '1.2.3\n', stderr: '' });
  });

  it.each([
    [['dlp', 'inspect'], "missing required argument 'file'"],
    [['dlp', 'inspect', 'x', '--colour'], "unknown option '--colour'"],
    [['dlp', 'inspect', 'x', '--format', 'xml'], 'Allowed choices are table, json, jsonl'],
    [['dlp', 'inspect', 'x', '--exit-code', '256'], 'a number from 0 to 255'],
    [['dlp', 'inspect', 'x', '--exit-code', '1.5'], 'a whole number'],
    [['dlp', 'bench', 'x', '--seconds', ''], 'a number from 0.1 to 3600'],
    [['frobnicate'], "unknown command 'frobnicate'"],
  ])('refuses %j in one line that says what to do', async (args, message) => {
    const { code, stdout, stderr } = await bulkhead(...args);

    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^error: [^\n]*; add --help for the usage\n$/);
    expect(stderr).toContain(message);
  });

  it('lists the detectors for machines', async () => {
    const { stdout } = await bulkhead('dlp', 'detectors', '--format', 'json');

    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      detectors: expect.arrayContaining([expect.objectContaining({ id: 'iban' })]),
    });
  });
});

describe('policy check', () => {
  it('accepts groups and sensors that refer to each other across files', async () => {
    const groups = write('groups.yaml', group('shop', ['mine', 'payment-cards']));
    const sensors = write('sensors.yaml', sensor('mine', '{ detectors: [iban], action: alert }'));

    const { code, stdout, stderr } = await bulkhead('policy', 'check', groups, sensors);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe('ok: 1 group and 7 sensors (6 provided sensors included)\n');
  });

  it('counts what there is of each kind, so that nothing is overlooked in silence', async () => {
    const file = write(
      'kinds.yaml',
      [
        group('shop', []),
        `apiVersion: bulkhead.io/v1alpha1
kind: ProcessPolicy
metadata: { name: p }
spec: { groups: [shop], onlyFromImage: true }
`,
        `apiVersion: bulkhead.io/v1alpha1
kind: ResponseRule
metadata: { name: r }
spec: { groups: [shop], when: { events: [process-denied] }, actions: [alert] }
`,
      ].join('---\n'),
    );

    const { code, stdout } = await bulkhead('policy', 'check', file);

    expect(code).toBe(0);
    expect(stdout).toBe('ok: 1 group, 1 process policy, 1 response rule and 6 sensors (6 provided sensors included)\n');
  });

  it('prints every problem on a line of its own, with file, line and path', async () => {
    const file = write(
      'bad.yaml',
      `${group('shop', ['gone'])}---\n${sensor('mine', '{ detectors: [visa], action: drop }')}`,
    );

    const { code, stdout, stderr } = await bulkhead('policy', 'check', file);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.replaceAll(folder, '')).toMatchInlineSnapshot(`
      "error: /bad.yaml:7: document 1: spec.sensors[0]: unknown sensor "gone"; known are bank-accounts, contact-data, credentials, mine, payment-cards, secrets, us-social-security
      error: /bad.yaml:12: document 2: spec.detectors[0]: unknown detector "visa"; "bulkhead dlp detectors" lists them
      error: /bad.yaml:12: document 2: spec.action: Invalid option: expected one of "alert"|"capture"|"mask"|"block"
      3 problems in 1 file: correct them and check again
      "
    `);
  });

  it('names every pattern that cannot be run, with its sensor', async () => {
    const patterns = ['(a+)\\\\1', 'x*', 'EMP-\\\\d{4}'].map(
      (pattern, index) => `{ id: p${index}, pattern: "${pattern}" }`,
    );
    const file = write('patterns.yaml', sensor('mine', `{ patterns: [${patterns.join(', ')}], action: alert }`));

    const { code, stderr } = await bulkhead('policy', 'check', file);

    expect(code).toBe(1);
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(/^error: sensor mine: pattern 'p0' cannot be matched in a stream/),
      expect.stringMatching(/^error: sensor mine: pattern 'p1' /),
      '2 problems in 1 file: correct them and check again',
      '',
    ]);
  });

  it('does not take a folder without documents for a policy that is right', async () => {
    expect(await bulkhead('policy', 'check', write('notes.txt', '# nothing'))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('error: there is nothing to check: no document is in '),
    });
  });

  it('says why a file cannot be read', async () => {
    const { code, stderr } = await bulkhead('policy', 'check', join(folder, 'absent.yaml'));

    expect(code).toBe(1);
    expect(stderr.replaceAll(folder, '')).toBe(
      'error: cannot read "/absent.yaml": there is no such file; check the path and its permissions\n',
    );
  });

  it('accepts every example of the project', async () => {
    const examples = new URL('../../../examples/', import.meta.url).pathname;
    const { code, stderr } = await bulkhead('policy', 'check', `${examples}sensors`, `${examples}policies`);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});

describe('the manifest', () => {
  it('has the version that is printed', () => {
    const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

    expect(manifest).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
  });
});

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

function group(name: string, sensors: readonly string[]): string {
  return `apiVersion: bulkhead.io/v1alpha1
kind: WorkloadGroup
metadata: { name: ${name} }
spec:
  selector: { names: ['*'] }
  mode: protect
  sensors: [${sensors.join(', ')}]
`;
}

function sensor(name: string, spec: string): string {
  return `apiVersion: bulkhead.io/v1alpha1\nkind: DataSensor\nmetadata: { name: ${name} }\nspec: ${spec}\n`;
}

async function bulkhead(...args: readonly string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await run(args, { stdout, stderr, signal: new AbortController().signal }, '1.2.3');
  stdout.end();
  stderr.end();
  return { code, stdout: (await stdout.toArray()).join(''), stderr: (await stderr.toArray()).join('') };
}
