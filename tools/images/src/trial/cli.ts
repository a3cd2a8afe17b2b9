import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildDatabase, FolderBucket } from '@bulkhead/advisory-db';
import { affected, osvRecord, writeBucket } from '@bulkhead/advisory-db/test-support';
import { systemClock } from '@bulkhead/core';
import { writeImage } from '@bulkhead/cri/test-support';
import { type Conclusion, run } from '@bulkhead/lab';
import type { Containers } from './containers.ts';
import { OWN_PLATFORM } from './platform.ts';

/** A number every payment service documents for tests. */
const CARD = '4111 1111 1111 1111';
const RELEASE = 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n';
const PACKAGE = 'Package: nginx\nStatus: install ok installed\nArchitecture: amd64\nVersion: 0.9-1\n';

/** A file with a card, by the native engine, and an image with a package that has an advisory. */
export async function tryCli(containers: Containers): Promise<Conclusion> {
  const data = await containers.folder('data');
  await writeFile(join(data, 'order.txt'), `paid with ${CARD}\n`);
  await writeAdvisories(data);
  await writeSmallImage(data);
  await run('chmod', ['-R', 'a+rX', data]);

  const ask = (...parameters: readonly string[]): Promise<string> =>
    containers.run({ component: 'cli', parameters, folders: { '/data': data } });
  const found = await ask('dlp', 'scan', '/data/order.txt', '--format', 'json');
  // The image is one for this machine, which an emulated cli takes for another.
  const platform = ['--platform', OWN_PLATFORM];
  const database = ['--db', '/data/advisories.db', '--offline', '--scanners', 'vuln'];
  const report = await ask('image', '--input', '/data/image/image.tar', ...platform, ...database, '--format', 'json');
  return {
    seen: `${/"masked": ?"([^"]+)"/.exec(found)?.[1] ?? 'no card'} in a file, ${/DSA-1/.exec(report)?.[0] ?? 'nothing'} in an image`,
    checks: {
      'the card was not found': found.includes('payment-card'),
      'the card is shown': !found.includes(CARD),
      'the package was not found vulnerable': report.includes('DSA-1'),
    },
    evidence: { found, report },
  };
}

async function writeAdvisories(folder: string): Promise<void> {
  const record = osvRecord('DSA-1', { affected: [affected('Debian:12', 'nginx', '1.0')] });
  const from = [new FolderBucket(writeBucket(join(folder, 'feed'), { Debian: [record] }))];
  const { signal } = new AbortController();
  await buildDatabase({ output: join(folder, 'advisories.db'), from, clock: systemClock, signal });
}

async function writeSmallImage(folder: string): Promise<void> {
  const rootfs = join(folder, 'rootfs');
  await mkdir(join(rootfs, 'etc'), { recursive: true });
  await mkdir(join(rootfs, 'var/lib/dpkg'), { recursive: true });
  await writeFile(join(rootfs, 'etc/os-release'), RELEASE);
  await writeFile(join(rootfs, 'var/lib/dpkg/status'), PACKAGE);
  await mkdir(join(folder, 'image'));
  await writeImage({ folder: join(folder, 'image'), rootfs, name: 'localhost/small:1', config: {} });
}
