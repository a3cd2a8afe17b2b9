import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { raiseGroupLimit } from './group-limit.ts';

function limitOf(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'bulkhead-groups-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'max_user_groups');
  writeFileSync(file, text);
  return file;
}

it('raises a limit that is low, and says what it was', () => {
  const file = limitOf('128\n');

  expect(raiseGroupLimit(file)).toBe(128);
  expect(readFileSync(file, 'utf8')).toBe('4096');
  expect(raiseGroupLimit(file)).toBeUndefined();
});

it.each(['4096\n', '2147483647\n', 'none\n'])('leaves a limit of %j as it is', (text) => {
  const file = limitOf(text);

  expect(raiseGroupLimit(file)).toBeUndefined();
  expect(readFileSync(file, 'utf8')).toBe(text);
});

it('changes nothing where there is no limit, or it may not be changed', () => {
  expect(raiseGroupLimit('/proc/sys/fs/fanotify/none')).toBeUndefined();
  expect(raiseGroupLimit('/proc/version')).toBeUndefined();
});
