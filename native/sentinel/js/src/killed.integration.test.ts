import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LineProcess } from '@bulkhead/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingForContainers, startContainer, type TestContainer } from './testing/container.ts';

const missing = missingForContainers();
if (missing !== undefined) process.stderr.write(`skipped: a sentinel that is killed: ${missing}\n`);

const REFUSED = { code: 126, output: expect.stringContaining('Operation not permitted') };

/** What the threads of a process are doing, each by its letter in /proc. */
function statesOf(pid: number): ReadonlySet<string | undefined> {
  const threads = readdirSync(`/proc/${pid}/task`);
  const stats = threads.map((thread) => readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8'));
  return new Set(stats.map((stat) => stat.slice(stat.lastIndexOf(')') + 2).charAt(0)));
}

describe.skipIf(missing !== undefined)('a sentinel that is killed', () => {
  let container: TestContainer;

  beforeAll(async () => {
    container = await startContainer();
  });
  afterAll(async () => {
    await container?.[Symbol.asyncDispose]();
  });

  const hold = async (): Promise<LineProcess> => {
    const words = [join(import.meta.dirname, 'testing/hold.ts'), String(container.pid), '/usr/local/bin/echo'];
    const holder = new LineProcess('holder', undefined, process.execPath, words);
    await holder.waitFor('the watch', ({ event }) => event === 'holding', { withinMs: 60_000 });
    return holder;
  };

  it('leaves the container as if there had been none', async () => {
    const holder = await hold();
    expect(await container.sh('/usr/local/bin/echo ran; exit $?')).toMatchObject(REFUSED);

    await holder.stop('SIGKILL');

    expect(await container.sh('/usr/local/bin/echo ran')).toEqual({ code: 0, output: 'ran\n' });
  });

  it('lets go on what waited for its answer', async () => {
    const holder = await hold();
    holder.signal('SIGSTOP');
    await expect.poll(() => statesOf(holder.pid), { timeout: 60_000 }).toEqual(new Set(['T']));
    let isOver = false;
    const waiting = container.sh('/usr/local/bin/echo ran').finally(() => {
      isOver = true;
    });
    // However long it is given: nobody answers.
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(isOver).toBe(false);

    await holder.stop('SIGKILL');

    expect(await waiting).toEqual({ code: 0, output: 'ran\n' });
  });
});
