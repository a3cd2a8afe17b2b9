import { missingForContainerd } from '@bulkhead/cri/test-support';
import type { LineProcess } from '@bulkhead/lab';
import { Sentinel } from '@bulkhead/sentinel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PodStand, REFUSED, shopPolicy } from './test-support/pod-stand.ts';

const missing = missingForContainerd() ?? Sentinel.missing();
if (missing !== undefined) process.stderr.write(`skipped: learning what containers write: ${missing}\n`);

const WAIT = { timeout: 40_000, interval: 200 };

interface ToldFile {
  readonly path: string;
  readonly folder?: true;
  readonly verdict: string;
}

describe.skipIf(missing !== undefined)('learning what containers write on a real containerd', () => {
  let stand: PodStand;

  beforeAll(async () => {
    stand = await PodStand.open();
  });

  afterAll(() => stand?.close());

  const told = (by: LineProcess): readonly ToldFile[] =>
    by.lines.filter((line) => line.event === 'files').flatMap((line) => line.files as readonly ToldFile[]);

  it('is learnt as a policy that lets be written what was seen, names without end too, and nothing else', async () => {
    const pod = await stand.startPod('web-0');
    await stand.shell(pod, 'mkdir -p /data /spool /etc');
    const work =
      'echo order >>/data/orders.log && n=0 && while [ $n -lt 60 ]; do echo body >/spool/$1-$n; n=$((n+1)); done';
    const watching = await stand.startAgent(shopPolicy('discover'));
    // Until it is told: the first may have been before anybody watched.
    await expect
      .poll(async () => {
        expect(await stand.shell(pod, `set -- seen; ${work}`)).toContain('code 0');
        return told(watching).map(({ path, folder: isFolder }) => (isFolder === true ? `${path}/*` : path));
      }, WAIT)
      .toEqual(expect.arrayContaining(['/data/orders.log', '/spool/*']));
    await watching.stop();

    const { text, check } = await stand.learn(watching, 'files');
    expect(check).toContain('ok: 1 group');

    const by = await stand.startAgent(`${shopPolicy('protect')}\n---\n${text}`);
    await by.waitFor('protection', (line) => line.event === 'container-protected', { withinMs: 20_000 });
    // Names that nobody saw, where nobody knows names.
    expect(await stand.shell(pod, `set -- other; ${work}; echo >/dev/null`)).toContain('code 0');
    expect(await stand.shell(pod, 'cat /data/orders.log /bin/busybox >/dev/null')).toContain('code 0');
    expect(await stand.shell(pod, 'echo x >/etc/ld.so.preload')).toContain(REFUSED);
    expect(await by.waitFor('denial', (line) => line.event === 'file-denied')).toMatchObject({
      policy: 'shop-learned',
      rule: 'others',
      path: '/etc/ld.so.preload',
      access: 'write',
    });
    await stand.containerd.removePod(pod);
  });
});
