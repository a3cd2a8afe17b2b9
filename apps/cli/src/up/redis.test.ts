import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answers } from './redis.ts';

let folder: string;
let server: Server;
let said: readonly string[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-redis-'));
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      for (const part of said) socket.write(part);
    });
  });
  await new Promise<void>((resolve) => server.listen(join(folder, 'socket'), resolve));
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

describe('the queue', () => {
  it('works when it answers, in however many pieces', async () => {
    said = ['+O', 'K\r\n+PO', 'NG\r\n'];

    await expect(answers(join(folder, 'socket'), 'secret')).resolves.toBeUndefined();
  });

  it('does not work yet while it loads its data, which it says without closing', async () => {
    said = ['+OK\r\n-LOADING Redis is loading the dataset in memory\r\n'];

    await expect(answers(join(folder, 'socket'), 'secret')).rejects.toThrow('-LOADING Redis is loading');
  });
});
