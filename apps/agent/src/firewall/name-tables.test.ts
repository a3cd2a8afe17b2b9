import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bootId, NameTables } from './name-tables.ts';

const HOUR_MS = 60 * 60 * 1_000;
const DOMAIN = '*.shop.example';

let folder: string;
let file: string;
let problems: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-names-'));
  file = join(folder, 'new/names.json');
  problems = [];
});
afterEach(() => rm(folder, { recursive: true }));

const open = (boot = bootId(), now = Date.now()): NameTables =>
  new NameTables({ file, boot, onProblem: (problem) => problems.push(problem) }, now);

function learnt(boot?: string): NameTables {
  const tables = open(boot);
  tables.of('4:1').learn({ name: 'www.shop.example', addresses: ['192.0.2.1', '2001:db8::1'] }, [DOMAIN], Date.now());
  return tables;
}

describe('NameTables', () => {
  it('gives the agent that comes next what this one learnt, as long as it counts', async () => {
    learnt().close();
    expect((await stat(file)).mode & 0o777).toBe(0o600);

    const now = Date.now();
    expect(open().of('4:1').addressesOf(DOMAIN, now)).toEqual(['192.0.2.1', '2001:db8::1']);
    expect(open().of('4:2').addressesOf(DOMAIN, now)).toEqual([]);
    expect(
      open(bootId(), now + HOUR_MS)
        .of('4:1')
        .addressesOf(DOMAIN, now + HOUR_MS),
    ).toEqual([]);
    expect(open('another life').of('4:1').addressesOf(DOMAIN, now)).toEqual([]);
    expect(problems).toEqual([]);
  });

  it('keeps what was learnt without being told to end, and through an agent that did not ask for it', async () => {
    const tables = learnt();
    tables.changed();
    await expect.poll(() => existsSync(file)).toBe(true);

    const second = open();
    second.retain(new Set());
    second.close();
    expect(open().of('4:1').addressesOf(DOMAIN, Date.now())).toHaveLength(2);
    const third = open();
    third.of('4:1');
    third.retain(new Set());
    third.close();
    expect(open().of('4:1').addressesOf(DOMAIN, Date.now())).toEqual([]);
    tables.close();
  });

  it('keeps a bounded number, those that count longest', async () => {
    const tables = open();
    const now = Date.now();
    const domains = Array.from({ length: 70 }, (_, index) => `d${index}.example`);
    for (const [index, domain] of domains.entries()) {
      const addresses = Array.from({ length: 1_000 }, (__, at) => `10.${index}.${at >> 8}.${at & 255}`);
      tables.of('4:1').learn({ name: domain, addresses }, [domain], now + index);
    }
    tables.close();

    const again = open().of('4:1');
    expect(again.entries(now)).toHaveLength(65_536);
    expect(again.addressesOf('d69.example', now)).toHaveLength(1_000);
    expect(again.addressesOf('d0.example', now)).toEqual([]);
  });

  it.each([
    ['no JSON', '{"format":'],
    ['of another format', '{"format":2,"boot":"x","names":{}}'],
    ['not of its form', '{"format":1,"boot":"x","names":{"4:1":{"a.example":["192.0.2.1"]}}}'],
    ['too large', 'x'.repeat(17 * 2 ** 20)],
  ])('begins anew, and says so, where the file is %s', async (_, text) => {
    learnt().close();
    await writeFile(file, text);

    expect(open().of('4:1').entries(0)).toEqual([]);
    expect(problems).toHaveLength(1);
  });

  it('takes no address for longer than it could have been told, and nothing that is none', async () => {
    const names = { '4:1': { [DOMAIN]: { '192.0.2.1': 9e15, 'drop table': 9e15, '192.0.2.2': 1 } } };
    learnt().close();
    await writeFile(file, JSON.stringify({ format: 1, boot: bootId(), names }));

    const now = Date.now();
    const table = open(bootId(), now).of('4:1');
    expect(table.addressesOf(DOMAIN, now)).toEqual(['192.0.2.1']);
    expect(table.addressesOf(DOMAIN, now + HOUR_MS)).toEqual([]);
  });

  it('says once that it cannot keep them, and goes on', async () => {
    await writeFile(join(folder, 'new'), 'a file where the folder is to be');
    const tables = learnt();
    tables.close();
    tables.close();

    expect(problems).toHaveLength(2);
    expect(problems[1]).toContain('cannot be kept over a restart');
    expect(tables.of('4:1').addressesOf(DOMAIN, Date.now())).toHaveLength(2);
    expect(await readFile(join(folder, 'new'), 'utf8')).toContain('a file');
  });
});
