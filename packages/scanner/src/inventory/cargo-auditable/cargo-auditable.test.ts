import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { hostileFailures } from '../test-support/hostile.ts';
import { elfFile, machOFile, peFile } from '../test-support/program-files.ts';
import { read } from '../test-support/read.ts';
import { cargoAuditableReader } from './cargo-auditable.ts';

const AUDIT = deflateSync(
  JSON.stringify({
    packages: [
      { name: 'serde', version: '1.0.197', source: 'crates.io', dependencies: [1] },
      { name: 'cc', version: '1.0.90', source: 'crates.io', kind: 'build' },
      { name: 'shop', version: '0.1.0', source: 'local', root: true },
    ],
  }),
);
const PACKAGES = [
  { type: 'cargo', name: 'serde', version: '1.0.197' },
  { type: 'cargo', name: 'cc', version: '1.0.90', scope: 'development' },
];

describe('cargoAuditableReader', () => {
  it.each([
    ['64-bit ELF', elfFile({ '.dep-v0': AUDIT })],
    ['32-bit big-endian ELF', elfFile({ '.dep-v0': AUDIT }, { bits: 32, order: 'BE' })],
    ['PE', peFile({ '.dep-v0': AUDIT })],
    ['Mach-O', machOFile({ '.dep-v0': AUDIT })],
  ])('reads the crates of a %s program, without its own', (_name, file) => {
    for (const cut of [1000, 65_536]) {
      expect(read(cargoAuditableReader, 'app/shop', file, cut)).toMatchObject({ packages: PACKAGES, gaps: [] });
    }
  });

  it('reads nothing from other programs and from what is none', () => {
    expect(read(cargoAuditableReader, 'bin/x', elfFile({ '.text': AUDIT }))).toMatchObject({ facts: [], gaps: [] });
    expect(read(cargoAuditableReader, 'bin/x', '#!/bin/sh\n')).toMatchObject({ facts: [], gaps: [] });
  });

  it('says what cannot be unpacked', () => {
    const bomb = deflateSync(Buffer.alloc(9 * 1024 * 1024));

    expect(read(cargoAuditableReader, 'a', elfFile({ '.dep-v0': bomb })).gaps).toMatchObject([{ code: 'corrupt' }]);
    expect(read(cargoAuditableReader, 'a', elfFile({ '.dep-v0': deflateSync('[]') })).gaps).toMatchObject([
      { code: 'corrupt' },
    ]);
  });

  it('says when a program is too large for its section to be found', () => {
    const large = Buffer.concat([elfFile({}), Buffer.alloc(33 * 1024 * 1024), Buffer.from('\0.dep-v0\0')]);

    expect(read(cargoAuditableReader, 'a', large).gaps).toMatchObject([{ code: 'too-large' }]);
  });

  it('is harmless on hostile input', () => {
    const seeds = [elfFile({ '.dep-v0': AUDIT }), peFile({ '.dep-v0': AUDIT }), machOFile({ '.dep-v0': AUDIT })];

    expect(hostileFailures({ ...cargoAuditableReader, wants: () => true }, 'a', seeds, 400)).toEqual([]);
  });

  const folder = mkdtempSync(join(tmpdir(), 'bulkhead-rust-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const program = compiled(folder);
  it.skipIf(program === undefined)('reads the section of a program that rustc linked', () => {
    expect(read(cargoAuditableReader, 'app/shop', program ?? '')).toMatchObject({ packages: PACKAGES, gaps: [] });
  });
});

/** A Rust program with the section as cargo-auditable adds it; undefined where there is no compiler. */
function compiled(folder: string): Buffer | undefined {
  writeFileSync(join(folder, 'audit'), AUDIT);
  writeFileSync(
    join(folder, 'main.rs'),
    `#[used]
#[link_section = ".dep-v0"]
static AUDIT: [u8; ${AUDIT.length}] = *include_bytes!("audit");
fn main() { println!("{}", AUDIT.len()); }
`,
  );
  try {
    execFileSync('rustc', ['-o', 'shop', 'main.rs'], { cwd: folder, stdio: 'pipe' });
    return readFileSync(join(folder, 'shop'));
  } catch {
    process.stderr.write('skipped: rustc cannot compile here\n');
    return undefined;
  }
}
