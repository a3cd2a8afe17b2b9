import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AdvisoryDbError } from '../error.ts';
import { zipOf } from '../test-support/zip.ts';
import { type ZipRecord, zipRecords } from './zip-records.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-zip-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('zipRecords', () => {
  it('gives every JSON file in any folder, and nothing else', async () => {
    const files = { 'a.json': '{"a":1}', 'almalinux8/b.json': '{"b":2}', 'README.md': 'text', 'empty.json': '' };

    expect(await read(zipOf(files))).toEqual([
      { name: 'a.json', bytes: Buffer.from('{"a":1}') },
      { name: 'almalinux8/b.json', bytes: Buffer.from('{"b":2}') },
      { name: 'empty.json', bytes: Buffer.alloc(0) },
    ]);
  });

  it('reports an entry whose content is damaged, and reads the others', async () => {
    const zip = zipOf({ 'a.json': '{"a":"first"}', 'b.json': '{"b":"second"}' });
    const at = zip.indexOf('a.json') + 'a.json'.length;
    zip[at + 3] = (zip[at + 3] ?? 0) ^ 0xff;

    expect(await read(zip)).toEqual([
      { name: 'a.json', problem: expect.stringMatching(/damaged/) },
      { name: 'b.json', bytes: Buffer.from('{"b":"second"}') },
    ]);
  });

  it('inflates an entry no further than its directory says', async () => {
    const zip = zipOf({ 'bomb.json': Buffer.alloc(8 * 1024 * 1024) });
    zip.writeUInt32LE(100, zip.lastIndexOf('bomb.json') - 22); // the size in the directory

    expect(await read(zip)).toEqual([{ name: 'bomb.json', problem: expect.stringMatching(/damaged/) }]);
  });

  it('refuses entries that overlap', async () => {
    const one = zipOf({ 'a.json': randomBytes(5000) });
    const entry = one.subarray(one.indexOf('PK\u0001\u0002', 0, 'latin1'), one.length - 22);
    const end = Buffer.from(one.subarray(one.length - 22));
    const copies = 50;
    end.writeUInt16LE(copies, 8);
    end.writeUInt16LE(copies, 10);
    end.writeUInt32LE(entry.length * copies, 12);
    const local = one.subarray(0, one.length - 22 - entry.length);

    await expect(read(Buffer.concat([local, ...Array<Buffer>(copies).fill(entry), end]), 40)).rejects.toMatchObject({
      code: 'FEED_INVALID',
      why: expect.stringMatching(/more or larger/),
    });
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['no archive', Buffer.from('<html>not found</html>')],
    ['an archive without its end', zipOf({ 'a.json': '{}' }).subarray(0, -30)],
  ])('refuses %s', async (_, bytes) => {
    await expect(read(bytes)).rejects.toMatchObject({ code: 'FEED_INVALID' });
  });

  it('ends in records or in one error, whichever byte is changed', async () => {
    const zip = zipOf({ 'a.json': '{"a":"first"}', 'b/b.json': '{"b":"second"}' });
    const contents = new Set(['{"a":"first"}', '{"b":"second"}']);
    await fc.assert(
      fc.asyncProperty(fc.nat(zip.length - 1), fc.integer({ min: 1, max: 255 }), async (position, flip) => {
        const damaged = Buffer.from(zip);
        damaged[position] = (damaged[position] ?? 0) ^ flip;
        const outcome = await read(damaged).catch((error: unknown) => error);

        const whole = Array.isArray(outcome)
          ? (outcome as readonly ZipRecord[]).every(
              (entry) => !('bytes' in entry) || contents.has(entry.bytes.toString()),
            )
          : outcome instanceof AdvisoryDbError;
        expect(whole).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

async function read(bytes: Uint8Array, most = Number.POSITIVE_INFINITY): Promise<readonly ZipRecord[]> {
  const file = join(folder, 'all.zip');
  writeFileSync(file, bytes);
  const records: ZipRecord[] = [];
  for await (const record of zipRecords(file)) {
    records.push(record);
    if (records.length > most) throw new Error('read too far');
  }
  return records;
}
