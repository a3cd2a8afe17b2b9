import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Containerd, missingForContainerd, startContainerd } from '@bulkhead/cri/test-support';
import { LineProcess, run } from '@bulkhead/lab';
import { Sentinel } from '@bulkhead/sentinel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const MAIN = join(import.meta.dirname, 'main.ts');
const COMMAND_LINE = join(import.meta.dirname, '../../cli/src/main.ts');
/** What who writes a file that is refused gets told: EPERM. */
const REFUSED = 'Operation not permitted';

const missing = missingForContainerd() ?? Sentinel.missing();
if (missing !== undefined) process.stderr.write(`skipped: learning what containers write: ${missing}\n`);

const WAIT = { timeout: 40_000, interval: 200 };

interface ToldFile {
  readonly path: string;
  readonly folder?: true;
  readonly verdict: string;
}

const policyOf = (mode: string): string => {
  const spec = { selector: { namespaces: ['shop'] }, mode };
  return JSON.stringify({
    apiVersion: 'bulkhead.io/v1alpha1',
    kind: 'WorkloadGroup',
    metadata: { name: 'shop' },
    spec,
  });
};

describe.skipIf(missing !== undefined)('learning what containers write on a real containerd', () => {
  let folder: string;
  let containerd: Containerd;
  let agent: LineProcess | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bulkhead-learnt-files-'));
    containerd = await startContainerd({ snapshotter: 'overlayfs' });
  });

  afterAll(async () => {
    await agent?.stop();
    await containerd?.stop();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  async function startAgent(policy: string): Promise<LineProcess> {
    await agent?.stop();
    await writeFile(join(folder, 'policy.yaml'), policy);
    const config = { policy: ['policy.yaml'], workloads: { cri: containerd.socket }, metrics: { enabled: false } };
    await writeFile(join(folder, 'agent.json'), JSON.stringify({ ...config, onStop: 'release' }));
    agent = new LineProcess('agent', undefined, process.execPath, [MAIN, '--config', join(folder, 'agent.json')]);
    await agent.waitFor('policy', (line) => line.event === 'policy-loaded', { withinMs: 30_000 });
    return agent;
  }

  const startPod = (name: string): Promise<string> =>
    containerd.startPod({
      namespace: 'shop',
      name,
      labels: {},
      containers: [{ name: 'main', command: ['/bin/sleep', '86400'] }],
    });

  /** What a shell in a pod says when it runs a command. */
  async function shell(pod: string, command: string): Promise<string> {
    const { stdout, stderr } = await containerd.execute(pod, ['/bin/sh', '-c', `${command}; echo "code $?"`]);
    return stdout + stderr;
  }

  const told = (by: LineProcess): readonly ToldFile[] =>
    by.lines.filter((line) => line.event === 'files').flatMap((line) => line.files as readonly ToldFile[]);

  it('is learnt as a policy that lets be written what was seen, names without end too, and nothing else', async () => {
    const pod = await startPod('web-0');
    await shell(pod, 'mkdir -p /data /spool /etc');
    const work =
      'echo order >>/data/orders.log && n=0 && while [ $n -lt 60 ]; do echo body >/spool/$1-$n; n=$((n+1)); done';
    const watching = await startAgent(policyOf('discover'));
    // Until it is told: the first may have been before anybody watched.
    await expect
      .poll(async () => {
        expect(await shell(pod, `set -- seen; ${work}`)).toContain('code 0');
        return told(watching).map(({ path, folder: isFolder }) => (isFolder === true ? `${path}/*` : path));
      }, WAIT)
      .toEqual(expect.arrayContaining(['/data/orders.log', '/spool/*']));
    await watching.stop();

    const [lines = '', policy = '', learned = ''] = ['agent.jsonl', 'policy.yaml', 'learned.yaml'].map((name) =>
      join(folder, name),
    );
    await writeFile(lines, watching.lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const bulkhead = (...words: readonly string[]): Promise<string> => run(process.execPath, [COMMAND_LINE, ...words]);
    const text = await bulkhead('policy', 'learn', lines, '--policy', policy, '--only', 'files');
    await writeFile(learned, text);
    expect(await bulkhead('policy', 'check', policy, learned)).toContain('ok: 1 group');

    const by = await startAgent(`${policyOf('protect')}\n---\n${text}`);
    await by.waitFor('protection', (line) => line.event === 'container-protected', { withinMs: 20_000 });
    // Names that nobody saw, where nobody knows names.
    expect(await shell(pod, `set -- other; ${work}; echo >/dev/null`)).toContain('code 0');
    expect(await shell(pod, 'cat /data/orders.log /bin/busybox >/dev/null')).toContain('code 0');
    expect(await shell(pod, 'echo x >/etc/ld.so.preload')).toContain(REFUSED);
    expect(await by.waitFor('denial', (line) => line.event === 'file-denied')).toMatchObject({
      policy: 'shop-learned',
      rule: 'others',
      path: '/etc/ld.so.preload',
      access: 'write',
    });
    await containerd.removePod(pod);
  });
});
