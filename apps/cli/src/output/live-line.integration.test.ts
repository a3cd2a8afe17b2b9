import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { bulkhead, MAIN } from '../testing/bulkhead.ts';

const OSV = fileURLToPath(new URL('../../../../../shared/data/osv', import.meta.url));
const HAS_SCRIPT = spawnSync('script', ['--version']).status === 0;
const SKIPPED = !HAS_SCRIPT ? 'script(1) is absent' : existsSync(OSV) ? undefined : `${OSV} is absent`;

const folder = mkdtempSync(join(tmpdir(), 'bulkhead-terminal-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(SKIPPED)(`bulkhead at a terminal ${SKIPPED ?? ''}`, () => {
  const output = join(folder, 'advisories.db');
  const build = ['db', 'build', '--from', OSV, '--ecosystem', 'Go', '--format', 'json', '--output', output];

  it('says on standard error how far it is, and takes that away', () => {
    const stdout = join(folder, 'stdout');
    const { status, screen } = atTerminal(`${command(build)} > '${stdout}'`);

    expect(status).toBe(0);
    expect(screen).toMatch(/<clear>reading Go {2}\[#+-+\] +[1-9]\d? % {2}[\d,]+ of [\d,]+ records</);
    expect(screen.split('<clear>').at(-1)).toMatch(/^built [\d,]+ advisories in [\d.]+ s\r\n$/);
    expect(JSON.parse(readFileSync(stdout, 'utf8'))).toMatchObject({ schemaVersion: 1 });
  });

  it('leaves an error on a line of its own', () => {
    const { status, screen } = atTerminal(command(['image', '127.0.0.1:1/shop:1', '--db', output]));

    expect(status).toBe(1);
    expect(screen).toMatch(/<clear>opening 127\.0\.0\.1:1\/shop:1<clear>error: [^\r\n]+\r\n$/);
  });

  it('writes one line and nothing else where standard error is no terminal', () => {
    expect(bulkhead(build).stderr).toMatch(/^built [\d,]+ advisories in [\d.]+ s\n$/);
  });
});

function command(args: readonly string[]): string {
  return [process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(' ');
}

/** Runs a shell's command with a terminal of its own, and gives what that was sent. */
function atTerminal(line: string): { readonly status: number | null; readonly screen: string } {
  const { status, stdout } = spawnSync('script', ['-qefc', line, '/dev/null'], {
    encoding: 'utf8',
    env: { ...process.env, TERM: 'xterm' },
  });
  return { status, screen: stdout.replaceAll('\r\u001b[K', '<clear>') };
}
