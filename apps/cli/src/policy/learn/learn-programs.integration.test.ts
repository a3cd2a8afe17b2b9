import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Containerd, missingForContainerd, startContainerd } from '@bulkhead/cri/test-support';
import { redisMissing } from '@bulkhead/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bulkhead } from '../../testing/bulkhead.ts';
import { Administrator, Up } from '../../testing/up.ts';

const fanotify = existsSync('/proc/sys/fs/fanotify') ? undefined : 'the kernel tells of no programs (Linux 5.13)';
const missing = missingForContainerd() ?? redisMissing() ?? fanotify;
if (missing !== undefined) process.stderr.write(`skipped: programs that a platform learns: ${missing}\n`);

/** An agent tells every ten seconds of what is new. */
const WAIT = { timeout: 60_000, interval: 500 };

describe.skipIf(missing !== undefined)('programs that a platform learns', () => {
  let folder: string;
  let containerd: Containerd;
  let pod: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bulkhead-learn-programs-'));
    containerd = await startContainerd({ snapshotter: 'overlayfs' });
    pod = await startPod('web-0');
    // Copies of a program that goes by the name it is called by.
    const { exitCode } = await shell('for name in true echo; do /bin/busybox cp /bin/busybox /tmp/$name; done');
    if (exitCode !== 0) throw new Error(`the programs were not made: exit code ${exitCode}`);
  });
  afterAll(async () => {
    await containerd?.stop();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  const startPod = (name: string): Promise<string> =>
    containerd.startPod({
      namespace: 'shop',
      name,
      labels: {},
      containers: [{ name: 'main', command: ['/bin/sleep', '86400'] }],
    });
  const shell = (command: string): Promise<{ readonly exitCode: number }> =>
    containerd.execute(pod, ['/bin/sh', '-c', command]);
  const writeGroup = (mode: string): Promise<void> => {
    const spec = { selector: { namespaces: ['shop'] }, mode };
    const group = { apiVersion: 'bulkhead.io/v1alpha1', kind: 'WorkloadGroup', metadata: { name: 'shop' }, spec };
    return writeFile(join(folder, 'group.yaml'), JSON.stringify(group));
  };

  it('run on once they are applied, and others do not', async () => {
    const platform = new Up(['--data', join(folder, 'data'), '--cri', containerd.socket, '--db', join(folder, 'none')]);
    try {
      const admin = await Administrator.signIn(platform, join(folder, 'data'));
      const { options } = await admin.token('operator');
      const [group, learned] = [join(folder, 'group.yaml'), join(folder, 'learned.yaml')];
      await writeGroup('discover');
      expect(bulkhead(['policy', 'apply', group, ...options])).toMatchObject({ status: 0 });
      const listed = () => bulkhead(['programs', 'list', '--namespace', 'shop', ...options]).stdout;
      // Until it is told: the first may have been before anybody watched.
      await expect
        .poll(async () => {
          expect(await shell('/tmp/true')).toMatchObject({ exitCode: 0 });
          return listed();
        }, WAIT)
        .toMatch(/^shop\/web-0 main {2}\/tmp\/true {2}user 0 {2}not from the image {2}allow {2}\d+ runs?, the last /m);
      expect(listed()).toMatch(/^shop\/web-0 main {2}\/bin\/busybox {2}user 0 {2}allow {2}/m);

      const { stdout, stderr } = bulkhead(['policy', 'learn', '--only', 'programs', ...options]);
      expect(stdout).toMatch(/name: bin, action: allow, executables: \[ \/bin\/busybox \]/);
      expect(stdout).toMatch(/name: tmp, action: allow, executables: \[ \/tmp\/true \]/);
      expect(stdout).not.toContain('kind: NetworkRuleSet');
      expect(stderr).toContain('note: group shop: 1 program is not of the image, and is learnt: /tmp/true\n');
      await writeFile(learned, stdout);
      await writeGroup('protect');
      expect(bulkhead(['policy', 'apply', group, learned, ...options])).toMatchObject({ status: 0 });
      await expect.poll(async () => (await shell('/tmp/echo')).exitCode, WAIT).toBe(126);
      expect(await shell('/tmp/true')).toMatchObject({ exitCode: 0 });
      await expect.poll(() => listed(), WAIT).toMatch(/ {2}\/tmp\/echo {2}.* {2}block {2}/);
      // A pod that starts under it, as after a release.
      const next = await startPod('web-1');
      expect(await containerd.execute(next, ['/bin/sh', '-c', '/bin/busybox true'])).toMatchObject({ exitCode: 0 });
      const again = bulkhead(['policy', 'learn', '--only', 'programs', '--group', 'shop', ...options]);
      expect(again.stdout).not.toContain('/tmp/echo,');
      expect(again.stderr).not.toContain('is learnt: /tmp/echo');
    } finally {
      expect(await platform.end()).toBe(0);
    }
  }, 300_000);
});
