import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Target } from '../target.ts';
import { orTellPods } from './pods.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-pods-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A cluster whose kubectl is a script. */
async function targetOf(script: string): Promise<Target> {
  const program = join(folder, 'kubectl');
  await writeFile(program, `#!/bin/sh\n${script}\n`);
  await chmod(program, 0o755);
  return {
    prefix: [],
    kubeconfig: '/dev/null',
    kubectl: program,
    registry: '',
    tag: '',
    agentValues: {},
    postgresValues: {},
    redisValues: {},
    registryImage: '',
    close: () => Promise.resolve(),
  };
}

const failing = () => Promise.reject(new Error('the time is up'));

it('tells the last lines of pods that are not ready, whatever kubectl warns of', async () => {
  const target = await targetOf(`
    echo 'Warning: old' >&2
    case "$*" in
      *jsonpath*) printf 'api-0 True\\nagent-1 False\\nworker-2 \\n' ;;
      *logs*) echo "lines of $4" ;;
    esac`);

  const told = await orTellPods(target, failing).catch(String);
  expect(told).toContain('the time is up');
  expect(told).toContain('lines of agent-1');
  expect(told).toContain('lines of worker-2');
  expect(told).not.toContain('lines of api-0');
});

it('does not hide why the change failed where kubectl breaks off', async () => {
  const target = await targetOf(`echo '{"items": ['; exit 1`);

  expect(await orTellPods(target, failing).catch(String)).toContain('the time is up');
});
