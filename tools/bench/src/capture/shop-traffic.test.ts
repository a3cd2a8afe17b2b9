import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeShopTraffic } from './shop-traffic.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-shop-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('writes the same traffic every time, with cards in it and checksums that hold', () => {
  const [first, second] = ['a.pcap', 'b.pcap'].map((name) => {
    const path = join(folder, name);
    writeShopTraffic(path, 300_000);
    return readFileSync(path);
  }) as [Buffer, Buffer];

  expect(digest(first)).toBe(digest(second));
  expect(first.includes('"cardNumber":"')).toBe(true);
  let packets = 0;
  for (let at = 24; at < first.length; packets += 1) {
    const length = first.readUInt32LE(at + 8);
    const frame = first.subarray(at + 16, at + 16 + length);
    expect(sum(frame.subarray(14, 34))).toBe(0xffff);
    const pseudo = Buffer.concat([frame.subarray(26, 34), Buffer.from([0, 6]), lengthOf(frame), frame.subarray(34)]);
    expect(sum(pseudo)).toBe(0xffff);
    at += 16 + length;
  }
  expect(packets).toBeGreaterThan(200);
});

/** A sum over data and its right checksum is all ones (RFC 1071). */
function sum(bytes: Buffer): number {
  let total = 0;
  for (const [index, byte] of bytes.entries()) total += index % 2 === 0 ? byte << 8 : byte;
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return total;
}

function lengthOf(frame: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(frame.length - 34);
  return length;
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
