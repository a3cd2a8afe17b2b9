import { describe, expect, it } from 'vitest';

import { findImports } from './imports.ts';

function specifiers(source: string): string[] {
  return findImports(source).map((one) => one.specifier);
}

describe('findImports', () => {
  it.each([
    ["import a from 'x';", 'x'],
    ["import 'x';", 'x'],
    ["import * as a from 'x';", 'x'],
    ['import a, { b as c } from "x";', 'x'],
    ["import {\n  a,\n  b,\n} from 'x';", 'x'],
    ["import data from 'x' with { type: 'json' };", 'x'],
    ["export { a } from 'x';", 'x'],
    ["export * from 'x';", 'x'],
    ["export * as a from 'x';", 'x'],
    ["const a = await import('x');", 'x'],
    ["type A = import('x').A;", 'x'],
    ["const a = require('x');", 'x'],
    ["const a = import.meta.resolve('x');", 'x'],
    ["const a = require.resolve('x');", 'x'],
    ["const a = `${await import('x')}`;", 'x'],
    ["const a = 1 / 2; import b from 'x'; const c = /'/;", 'x'],
    ["const a = /[/']/; import b from 'x';", 'x'],
    ["const a = `it's`; import b from 'x';", 'x'],
  ])('finds the module in %j', (source, expected) => {
    expect(specifiers(source)).toEqual([expected]);
  });

  it.each([
    ["// import a from 'x';"],
    ["/* import 'x' */"],
    ['const a = "import b from \'x\'";'],
    ["const a = `import b from 'x'`;"],
    ["const a = /import 'x'/;"],
    ["const from = 'x';"],
    ["Promise.resolve('x');"],
    ["resolve('x');"],
    ["Array.from('x');"],
  ])('sees no module in %j', (source) => {
    expect(specifiers(source)).toEqual([]);
  });

  it('tells a statement of types alone from one that runs', () => {
    const source =
      "import type { A } from 'a';\nimport { type B } from 'b';\nimport type from 'c';\nexport type { D } from 'd';";
    expect(findImports(source)).toEqual([
      { specifier: 'a', line: 1, typeOnly: true },
      { specifier: 'b', line: 2, typeOnly: false },
      { specifier: 'c', line: 3, typeOnly: false },
      { specifier: 'd', line: 4, typeOnly: true },
    ]);
  });
});
