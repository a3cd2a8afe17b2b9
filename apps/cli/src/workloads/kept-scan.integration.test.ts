import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildDatabase, FolderBucket } from '@bulkhead/advisory-db';
import { affected, osvRecord, writeBucket } from '@bulkhead/advisory-db/test-support';
import { systemClock } from '@bulkhead/core';
import { type Containerd, missingForContainerd, startContainerd } from '@bulkhead/cri/test-support';
import { redisMissing } from '@bulkhead/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bulkhead } from '../testing/bulkhead.ts';
import { Administrator, Up } from '../testing/up.ts';

const missing = missingForContainerd() ?? redisMissing();
if (missing !== undefined) process.stderr.write(`skipped: scans of what runs that are kept: ${missing}\n`);

const WAIT = { timeout: 60_000, interval: 200 };
/** What is installed after the container was started. */
const INSTALL = `
/bin/mkdir -p /etc /lib/apk/db
echo 'ID=alpine' > /etc/os-release; echo 'VERSION_ID=3.20.0' >> /etc/os-release
echo 'P:musl' > /lib/apk/db/installed; echo 'V:1.2.5-r0' >> /lib/apk/db/installed
echo 'A:x86_64' >> /lib/apk/db/installed; echo '' >> /lib/apk/db/installed
`;

describe.skipIf(missing !== undefined)('a scan of what runs', () => {
  let folder: string;
  let containerd: Containerd;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bulkhead-kept-scan-'));
    containerd = await startContainerd();
    const pod = await containerd.startPod({
      namespace: 'shop',
      name: 'web-0',
      labels: {},
      containers: [{ name: 'web' }],
    });
    const { exitCode } = await containerd.execute(pod, ['/bin/sh', '-c', INSTALL]);
    if (exitCode !== 0) throw new Error(`the packages were not installed: exit code ${exitCode}`);
    const record = osvRecord('ALPINE-CVE-2099-1', { affected: [affected('Alpine:v3.20', 'musl', '1.2.5-r1')] });
    await buildDatabase({
      output: join(folder, 'advisories.db'),
      from: [new FolderBucket(writeBucket(join(folder, 'feed'), { Alpine: [record] }))],
      clock: systemClock,
      signal: new AbortController().signal,
    });
  });
  afterAll(async () => {
    await containerd?.stop();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  it('is matched by the worker, and seen by everybody who may see its namespace', { timeout: 300_000 }, () =>
    withPlatform(join(folder, 'advisories.db'), async ({ as, container }) => {
      const operator = await as('operator');
      const report = join(folder, 'report.json');
      const scanned = operator('scan', await container(operator), '--format', 'json', '--output', report);
      expect(scanned).toMatchObject({
        status: 0,
        stderr: expect.stringContaining('scanned "shop/web-0/web": 1 package'),
      });
      expect(scanned.stderr).toContain('1 finding, advisories of today');
      expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({
        status: 'complete',
        database: { sources: [{ name: 'Alpine' }] },
        findings: [{ package: { name: 'musl', version: '1.2.5-r0' }, fixedVersions: ['1.2.5-r1'] }],
      });

      const auditor = await as('auditor', 'shop');
      const { stdout } = auditor('scans');
      expect(stdout).toMatch(
        /^[0-9a-f]{16} {2}shop\/web-0\/web on \S+ {2}scanned at \S+: 1 \w+; advisories of today\n$/,
      );
      const [scan = ''] = stdout.split(' ');
      const found = JSON.parse(auditor('findings', scan, '--format', 'json').stdout) as {
        readonly findings: readonly { readonly id: string }[];
      };
      expect(auditor('scans', '--vulnerability', found.findings[0]?.id ?? '').stdout).toBe(stdout);
      expect(auditor('scans', '--vulnerability', 'CVE-1999-1').stdout).toBe('');
      expect(auditor('findings', scan, '--exit-code', '7').status).toBe(7);

      const stranger = await as('auditor', 'bank');
      expect(stranger('scans')).toMatchObject({ status: 0, stdout: '' });
      expect(stranger('findings', scan)).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('There is no scan'),
      });
    }),
  );

  it('says that no worker is there, and is judged by a database that is named', { timeout: 300_000 }, () =>
    withPlatform(join(folder, 'none.db'), async ({ as, container }) => {
      const operator = await as('operator');
      const id = await container(operator);
      const alone = operator('scan', id);
      expect(alone).toMatchObject({ status: 1, stdout: '' });
      expect(alone.stderr).toContain('it waits for a worker with an advisory database: none has ever been there');
      expect(operator('scans').stdout).toMatch(/queued since \S+, waits for a worker with an advisory database/);

      const named = operator('scan', id, '--db', join(folder, 'advisories.db'), '--exit-code', '7');
      expect(named).toMatchObject({ status: 7, stderr: expect.stringContaining('1 package, 1 finding') });
    }),
  );

  type Command = (...args: readonly string[]) => ReturnType<typeof bulkhead>;
  interface Parts {
    /** Gives the commands about workloads, as a program with a role. */
    readonly as: (role: string, namespace?: string) => Promise<Command>;
    /** The id of the container, once the control plane knows it. */
    readonly container: (command: Command) => Promise<string>;
  }

  async function withPlatform(db: string, work: (parts: Parts) => Promise<void>): Promise<void> {
    const data = await mkdtemp(join(folder, 'data-'));
    const platform = new Up(['--data', data, '--cri', containerd.socket, '--db', db]);
    try {
      const admin = await Administrator.signIn(platform, data);
      const as = async (role: string, namespace?: string): Promise<Command> => {
        const { options } = await admin.token(role, namespace);
        return (...args) => bulkhead(['workloads', ...args, ...options]);
      };
      const container = async (command: Command): Promise<string> => {
        const find = (): string | undefined => / *(\S+) {2}shop\/web-0\/web /.exec(command('list').stdout)?.[1];
        await expect.poll(find, WAIT).toBeDefined();
        return find() ?? '';
      };
      await work({ as, container });
    } finally {
      expect(await platform.end()).toBe(0);
    }
  }
});
