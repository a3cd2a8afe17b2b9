import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAIN } from './testing/bulkhead.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-stdin-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('standard input', () => {
  it('is read to its end by a scan, however slow its writer is', async () => {
    const { code, stdout, stderr } = await slowly(
      ['dlp', 'scan', '-', '--format', 'jsonl'],
      'nothing to see\n'.repeat(100_000),
      'card 4539578763621486\n',
    );

    expect(stderr).not.toContain('error');
    expect(stdout).toContain('453957******1486');
    expect(code).toBe(0);
  });

  it('is waited for no longer when somebody interrupts', async () => {
    const child = spawn(process.execPath, [MAIN, 'dlp', 'scan', '-', '--format', 'json']);
    const output = Promise.all([text(child.stdout), text(child.stderr), closed(child)]);
    // More than a pipe holds: once it is written the command reads, and waits for the rest.
    await new Promise((resolve) => child.stdin.write('nothing to see\n'.repeat(100_000), resolve));
    child.kill('SIGINT');

    expect(await output).toEqual(['', 'interrupted\n', 130]);
  });

  it('is read to its end by a review, however slow its writer is', async () => {
    const policy = join(folder, 'policy.yaml');
    writeFileSync(policy, POLICY);
    const { code, stdout } = await slowly(
      ['admission', 'review', '-', '--policy', policy, '--exit-code', '3'],
      '# a long comment\n'.repeat(30_000),
      'apiVersion: v1\nkind: Pod\nmetadata: { name: late }\nspec: { containers: [{ name: one, image: shop:1 }] }\n',
    );

    expect(stdout).toContain('Pod/late');
    expect(code).toBe(3);
  });
});

describe('standard input that is a folder', () => {
  it('is refused, and not taken for empty', async () => {
    const child = spawn(process.execPath, [MAIN, 'dlp', 'scan', '-'], {
      stdio: [openSync(folder, 'r'), 'pipe', 'pipe'],
    });
    const [stderr, code] = await Promise.all([text(child.stderr as NonNullable<typeof child.stderr>), closed(child)]);

    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('cannot read "-": it is a folder') });
  });
});

describe('standard output', () => {
  it('that has no room left is told of in one line', async () => {
    const file = join(folder, 'card.txt');
    writeFileSync(file, 'card 4539578763621486\n');
    const child = spawn(process.execPath, [MAIN, 'dlp', 'scan', file], {
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
    });
    const [stderr, code] = await Promise.all([text(child.stderr as NonNullable<typeof child.stderr>), closed(child)]);

    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^error: cannot write to standard output: ENOSPC[^\n]*\n$/),
    });
  });
});

describe('standard error', () => {
  it('that nobody reads keeps a command neither from its result nor from its exit code', async () => {
    const file = join(folder, 'seen.txt');
    writeFileSync(file, 'card 4539578763621486\n');
    const child = spawn(process.execPath, [MAIN, 'dlp', 'scan', file, '--exit-code', '3']);
    child.stderr.destroy();
    const [stdout, code] = await Promise.all([text(child.stdout), closed(child)]);

    expect(stdout).toContain('453957******1486');
    expect(code).toBe(3);
  });
});

const POLICY = `
apiVersion: bulkhead.io/v1alpha1
kind: AdmissionPolicy
metadata: { name: registries }
spec:
  mode: protect
  rules:
    - name: ours
      images: { allow: [registry.example/*] }
`;

/** Writes more than a pipe holds, so that the command reads when that is written, and the rest when it has waited for it. */
async function slowly(args: readonly string[], long: string, rest: string) {
  const child = spawn(process.execPath, [MAIN, ...args]);
  const output = Promise.all([text(child.stdout), text(child.stderr), closed(child)]);
  child.stdin.on('error', () => undefined);
  await new Promise((resolve) => child.stdin.write(long, resolve));
  await wait(300);
  child.stdin.end(rest);
  const [stdout, stderr, code] = await output;
  return { stdout, stderr, code };
}

function closed(child: ReturnType<typeof spawn>): Promise<number | null> {
  return new Promise((resolve) => child.on('close', resolve));
}
