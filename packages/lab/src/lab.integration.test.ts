import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { request, startServer } from './http.ts';
import { LineProcess } from './line-process.ts';
import { createNetwork, removeAbandoned, type Shape } from './network.ts';
import { run } from './run.ts';

const missing = process.getuid?.() === 0 ? undefined : 'not root';
if (missing !== undefined) process.stderr.write(`skipped: networks of the lab: ${missing}\n`);

describe.skipIf(missing !== undefined)('a network of the lab', () => {
  it.each(['bridged', 'routed'] as const satisfies readonly Shape[])(
    'joins its hosts when %s, over IPv4 and IPv6',
    async (shape) => {
      const network = await createNetwork('bhl', shape, ['client', 'server']);
      let server: LineProcess | undefined;
      try {
        server = await startServer(network.host('server'), { answers: { '/here': { is: 'an answer' } } });
        for (const ip of [4, 6] as const) {
          const outcome = await request(network.host('client'), network.host('server'), { path: '/here', ip });
          expect(outcome).toMatchObject({ status: 200, body: '{"is":"an answer"}' });
        }
      } finally {
        await server?.stop();
        await network.remove();
      }
      expect(existsSync(network.router.path)).toBe(false);
    },
  );

  it('is removed by the next lab when its process was killed, and its processes end with it', async () => {
    const script = [
      `import { createNetwork, LineProcess } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))};`,
      "const network = await createNetwork('bhl', 'bridged', ['a']);",
      "const child = new LineProcess('sleeper', network.host('a').path, 'sleep', ['1000']);",
      'console.log(JSON.stringify({ child: child.pid }));',
    ].join('\n');
    const lab = new LineProcess('lab', undefined, process.execPath, ['--input-type=module', '-e', script]);
    const { child } = await lab.waitFor('its child', (line) => typeof line.child === 'number');

    await lab.stop('SIGKILL');
    while (isRunning(Number(child))) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await namespaces(lab.pid)).not.toEqual([]);
    await removeAbandoned('bhl');

    expect(await namespaces(lab.pid)).toEqual([]);
  });
});

async function namespaces(pid: number): Promise<readonly string[]> {
  return (await run('ip', ['netns', 'list'])).split('\n').filter((name) => name.startsWith(`bhl-${pid}-`));
}

/** A process that ended and that nobody has waited for yet does not run. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
