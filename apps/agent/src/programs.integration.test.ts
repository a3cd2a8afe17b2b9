import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { missingForContainerd } from '@bulkhead/cri/test-support';
import { type LineProcess, TestControlPlane } from '@bulkhead/lab';
import { Sentinel } from '@bulkhead/sentinel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PodStand, REFUSED } from './test-support/pod-stand.ts';

const EXAMPLES = join(import.meta.dirname, '../../../examples/policies');

const missing = missingForContainerd() ?? Sentinel.missing();
if (missing !== undefined) process.stderr.write(`skipped: programs and files of containers: ${missing}\n`);

const WAIT = { timeout: 30_000, interval: 200 };

describe.skipIf(missing !== undefined)('programs and files of containers on a real containerd', () => {
  let stand: PodStand;

  beforeAll(async () => {
    stand = await PodStand.open();
  });

  afterAll(() => stand?.close());

  const example = (file: string): Promise<string> => readFile(join(EXAMPLES, file), 'utf8');

  async function protectedPod(by: LineProcess, name: string, from = 0): Promise<void> {
    const isAbout = (line: object): boolean => JSON.stringify(line).includes(`"pod":"${name}"`);
    const options = { from, withinMs: 20_000 };
    await by.waitFor(`protection of ${name}`, (line) => line.event === 'container-protected' && isAbout(line), options);
  }

  it('refuse SSH by the policy that is one short file, name the rule, and follow the policy as it changes', async () => {
    const by = await stand.startAgent(await example('no-ssh.yaml'));
    const pod = await stand.startPod('ssh-0');
    await protectedPod(by, 'ssh-0');
    await stand.shell(pod, '/bin/busybox cp /bin/busybox /tmp/sshd; /bin/busybox cp /bin/busybox /tmp/other');

    expect(await stand.shell(pod, '/tmp/sshd')).toContain(REFUSED);
    const denied = await by.waitFor('denial', (line) => line.event === 'process-denied');
    expect(denied).toMatchObject({
      policy: 'no-ssh',
      rule: 'ssh',
      executable: '/tmp/sshd',
      parent: '/bin/busybox',
      user: 0,
      workloads: [{ name: 'main', namespace: 'shop', pod: 'ssh-0' }],
      groups: ['everything'],
      mode: 'protect',
    });
    expect(await stand.shell(pod, '/tmp/other')).not.toContain(REFUSED);

    const before = by.lines.length;
    const rules = '    - { name: other, action: deny, executables: ["*/other"] }\n';
    await appendFile(join(stand.folder, 'policy.yaml'), rules);
    await protectedPod(by, 'ssh-0', before);
    expect(await stand.shell(pod, '/tmp/other')).toContain(REFUSED);
    expect(await stand.shell(pod, '/tmp/sshd')).toContain(REFUSED);
    await stand.containerd.removePod(pod);
  });

  it('are judged by the agent alone: without one everything runs, and the next one tells of what runs already', async () => {
    const first = await stand.startAgent(await example('no-ssh.yaml'));
    const pod = await stand.startPod('ssh-1');
    await protectedPod(first, 'ssh-1');
    await stand.shell(
      pod,
      '/bin/busybox mkdir /opt; /bin/busybox cp /bin/busybox /opt/sshd; /bin/busybox ln -s sshd /opt/sleep',
    );
    expect(await stand.shell(pod, '/opt/sleep 0')).toContain(REFUSED);
    await first.stop();

    expect(await stand.shell(pod, '(/opt/sleep 600 >/dev/null 2>&1 &)')).toContain('code 0');
    const second = await stand.restartAgent();
    await protectedPod(second, 'ssh-1');
    const running = await second.waitFor('what runs', (line) => line.alreadyRunning === true);
    expect(running).toMatchObject({ event: 'process-alerted', policy: 'no-ssh', rule: 'ssh', executable: '/opt/sshd' });
    expect(await stand.shell(pod, '/opt/sleep 0')).toContain(REFUSED);
    await stand.containerd.removePod(pod);
  });

  it('that are not from the image do not run where a policy wants those of the image alone', async () => {
    const by = await stand.startAgent(await example('no-drift.yaml'));
    const [fixed, free] = [
      await stand.startPod('fixed-0', { labels: { 'example.com/immutable': 'true' } }),
      await stand.startPod('free-0'),
    ];
    await protectedPod(by, 'fixed-0');
    const bring = '/bin/busybox cp /bin/busybox /tmp/busybox-brought; /tmp/busybox-brought true';

    expect(await stand.shell(fixed, bring)).toContain(REFUSED);
    expect(await stand.shell(fixed, '/bin/busybox true')).toContain('code 0');
    expect(await stand.shell(free, bring)).toContain('code 0');
    const denied = await by.waitFor('denial', (line) => line.event === 'process-denied');
    expect(denied).toMatchObject({ policy: 'no-drift', executable: '/tmp/busybox-brought' });
    expect(denied).not.toHaveProperty('rule');
    await stand.containerd.removePod(fixed);
    await stand.containerd.removePod(free);
  });

  it('that hold secrets are read by the program that may, and by no other', async () => {
    const by = await stand.startAgent(await example('secret-files.yaml'));
    const secrets = join(stand.folder, 'serviceaccount');
    await mkdir(secrets);
    await writeFile(join(secrets, 'token'), 'a token');
    const mounts = { '/run/secrets/kubernetes.io/serviceaccount': secrets };
    const pod = await stand.startPod('guarded-0', { labels: { 'example.com/guarded': 'true' }, volumes: mounts });
    await protectedPod(by, 'guarded-0');
    const token = '/run/secrets/kubernetes.io/serviceaccount/token';
    await stand.shell(
      pod,
      '/bin/busybox mkdir /app /etc; /bin/busybox cp /bin/busybox /app/cat; echo root > /etc/shadow',
    );

    expect(await stand.shell(pod, `/bin/cat ${token}`)).toContain(REFUSED);
    expect(await stand.shell(pod, `/app/cat ${token}`)).toContain('a token');
    expect(await stand.shell(pod, `echo x > ${token}`)).toContain(REFUSED);
    expect(await stand.shell(pod, '/app/cat /etc/shadow')).toContain(REFUSED);
    const denied = await by.waitFor('denial', (line) => line.event === 'file-denied' && line.path === token);
    expect(denied).toMatchObject({
      policy: 'secret-files',
      rule: 'token',
      access: 'read',
      executable: '/bin/busybox',
      workloads: [{ pod: 'guarded-0' }],
    });
    await stand.containerd.removePod(pod);
  });

  it('are let happen and told of where the group is in monitor', async () => {
    const policy = [
      { kind: 'WorkloadGroup', metadata: { name: 'all' }, spec: { selector: { names: ['*'] }, mode: 'monitor' } },
      {
        kind: 'ProcessPolicy',
        metadata: { name: 'trial' },
        spec: { groups: ['all'], rules: [{ name: 'copies', action: 'deny', executables: ['/tmp/*'] }] },
      },
    ].map((one) => JSON.stringify({ apiVersion: 'bulkhead.io/v1alpha1', ...one }));
    const by = await stand.startAgent(policy.join('\n---\n'));
    const pod = await stand.startPod('trial-0');
    await protectedPod(by, 'trial-0');

    expect(await stand.shell(pod, '/bin/busybox cp /bin/busybox /tmp/busybox-copy; /tmp/busybox-copy true')).toContain(
      'code 0',
    );
    expect(await by.waitFor('alert', (line) => line.event === 'process-alerted')).toMatchObject({
      policy: 'trial',
      rule: 'copies',
      executable: '/tmp/busybox-copy',
    });
    expect(by.lines.some((line) => line.event === 'process-denied')).toBe(false);
    await stand.containerd.removePod(pod);
  });

  it('are written as OCSF activities where that is asked for', async () => {
    const by = await stand.startAgent(await example('no-ssh.yaml'), {
      policy: ['policy.yaml'],
      events: { findings: 'ocsf' },
    });
    const pod = await stand.startPod('ssh-3');
    await protectedPod(by, 'ssh-3');

    expect(await stand.shell(pod, '/bin/busybox cp /bin/busybox /tmp/sshd; /tmp/sshd')).toContain(REFUSED);
    const activity = await by.waitFor('activity', (line) => line['class_uid'] === 1007);
    expect(activity).toMatchObject({
      disposition: 'Blocked',
      policy: { name: 'no-ssh' },
      process: { file: { path: '/tmp/sshd' }, container: { name: 'main' } },
      actor: { process: { file: { path: '/bin/busybox' } } },
      device: { hostname: hostname() },
    });
    await stand.containerd.removePod(pod);
  });

  it('are an incident of the control plane, which knows where a policy is enforced and where not', async () => {
    await stand.stopAgent();
    await writeFile(join(stand.folder, 'policy.yaml'), await example('no-ssh.yaml'));
    const plane = await TestControlPlane.open({
      folder: join(stand.folder, 'api'),
      policyFile: join(stand.folder, 'policy.yaml'),
    });
    try {
      await writeFile(join(stand.folder, 'token'), await plane.enrolmentToken(), { mode: 0o600 });
      const controlPlane = { address: plane.agentAddress, tokenFile: 'token', node: 'node-1' };
      const by = await stand.startAgent(await example('no-ssh.yaml'), { controlPlane });
      const pod = await stand.startPod('ssh-2');
      await protectedPod(by, 'ssh-2');
      const workloads = async (): Promise<string> => JSON.stringify((await plane.ask('GET', '/api/v1/workloads')).body);
      await expect.poll(workloads, WAIT).toContain('"enforced":true');

      await stand.shell(pod, '/bin/busybox cp /bin/busybox /tmp/sshd; /tmp/sshd');
      await expect.poll(() => plane.events('process-denied'), WAIT).toHaveLength(1);
      const { body } = await plane.ask('GET', '/api/v1/incidents');
      expect(JSON.stringify(body)).toContain('/tmp/sshd was refused by the policy no-ssh, rule ssh');

      await stand.startAgent(await example('no-ssh.yaml'), { controlPlane, sentinel: { enabled: false } });
      await expect.poll(workloads, WAIT).toContain('"enforced":false');
      expect(await workloads()).toContain('sentinel.enabled: false');
      expect(await stand.shell(pod, '/tmp/sshd')).not.toContain(REFUSED);
      await stand.containerd.removePod(pod);
    } finally {
      await stand.stopAgent();
      await plane.close();
    }
  });
});
