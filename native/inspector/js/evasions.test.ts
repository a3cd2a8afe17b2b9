import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');

it('every evasion in the documentation names a native test that exists', () => {
  const rows = readFileSync(join(ROOT, 'docs/reference/evasions.md'), 'utf8').matchAll(/^\|.*\|(?<test>[^|]+)\|$/gm);
  const named = [...rows].map(({ groups }) => groups?.['test']?.trim() ?? '');
  const shown = named.filter((name) => name !== 'shown by' && !/^-+$/.test(name));
  const folder = join(ROOT, 'native/inspector/test');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.test.cpp'));
  const tests = new Set(
    files.flatMap((name) =>
      [...readFileSync(join(folder, name), 'utf8').matchAll(/TEST_CASE\("(.+?)"\)/g)].map(([, title]) => title),
    ),
  );

  expect(shown.length).toBeGreaterThan(30);
  expect(shown.filter((name) => !tests.has(name))).toEqual([]);
});
