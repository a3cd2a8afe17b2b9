import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generateInto } from './generate.ts';

const missing = protocMissing();
if (missing !== undefined) process.stderr.write(`skipped: generated code against proto/: ${missing}\n`);

describe.skipIf(missing !== undefined)('generated code', () => {
  it('is what proto/ says; else run node packages/rpc/src/generate/generate.ts', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bulkhead-proto-'));
    try {
      await generateInto(folder);
      const read = (from: string): Promise<string> => readFile(join(from, 'agent/v1/agent.ts'), 'utf8');
      expect(await read(join(import.meta.dirname, '../gen'))).toBe(await read(folder));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

function protocMissing(): string | undefined {
  try {
    execFileSync('protoc', ['--version']);
    return undefined;
  } catch {
    return 'protoc is not installed (Debian: protobuf-compiler)';
  }
}
