import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeSmallRequests } from './small-requests.ts';

const FRAME_WITHOUT_PAYLOAD = 54;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-small-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('writes requests and answers of 100 to 300 bytes, one packet each', () => {
  const path = join(folder, 'small.pcap');
  const { packets } = writeSmallRequests(path, 200_000);
  const bytes = readFileSync(path);

  const lengths: number[] = [];
  for (let at = 24; at < bytes.length; at += 16 + bytes.readUInt32LE(at + 8)) lengths.push(bytes.readUInt32LE(at + 8));
  expect(lengths).toHaveLength(packets);
  const withPayload = lengths.filter((length) => length > FRAME_WITHOUT_PAYLOAD);
  expect(withPayload.length).toBeGreaterThan(packets * 0.9);
  expect(Math.min(...withPayload)).toBeGreaterThanOrEqual(100);
  expect(Math.max(...withPayload)).toBeLessThanOrEqual(300);
});
