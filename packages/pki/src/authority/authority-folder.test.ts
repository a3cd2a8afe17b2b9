import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { splitPem } from '../certificate/certificate.ts';
import { DAY_MS } from '../validity.ts';
import type { Authority } from './authority.ts';
import { AuthorityFolder } from './authority-folder.ts';

const run = promisify(execFile);
const SUBJECT = { commonName: 'api', dnsNames: ['api.example'] };

let folder: string;
let now = Date.now();
const clock = { now: () => now };
const open = (): Promise<AuthorityFolder> =>
  AuthorityFolder.open({ folder: join(folder, 'ca'), commonName: 'Bulkhead', clock, days: 900, overlapDays: 30 });

beforeEach(async () => {
  now = Date.now();
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-pki-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Whether OpenSSL accepts, at the time of the test's clock, a certificate signed now, trusting what was trusted then. */
async function accepts(trustPem: string, signer: Authority): Promise<boolean> {
  const leaf = join(folder, 'leaf.crt');
  const trust = join(folder, 'trust.crt');
  await writeFile(leaf, (await signer.issue(SUBJECT, ['server'], 1)).chainPem);
  await writeFile(trust, trustPem);
  const at = String(Math.floor(now / 1_000));
  return run('openssl', ['verify', '-attime', at, '-CAfile', trust, leaf]).then(
    () => true,
    () => false,
  );
}

describe('a folder that keeps an authority', () => {
  it('makes it once, with a key that nobody else may read', async () => {
    const first = await open();
    const second = await open();

    expect(second.authority.pin).toBe(first.authority.pin);
    expect((await stat(join(folder, 'ca/ca.key'))).mode & 0o777).toBe(0o600);
    expect((await readdir(join(folder, 'ca'))).toSorted()).toEqual(['ca.crt', 'ca.key']);
  });

  it('refuses a key that others may read, and a pair that is not whole', async () => {
    await open();
    await chmod(join(folder, 'ca/ca.key'), 0o640);
    await expect(open()).rejects.toMatchObject({ code: 'KEY_EXPOSED' });
    await rm(join(folder, 'ca/ca.key'));
    await expect(open()).rejects.toMatchObject({ code: 'FOLDER_UNUSABLE' });
  });

  it('renews so that who learns what is trusted every month is never surprised', async () => {
    const kept = await open();
    const pins = new Set<string>();
    let trusted = kept.authority.trustPem;
    let sizes = 0;
    // Ten years in steps of 25 days: four authorities come and go.
    for (let day = 0; day < 3_650; day += 25) {
      await kept.refresh();
      // Only where something is new: OpenSSL takes its time.
      const accepted = pins.has(kept.authority.pin) || (await accepts(trusted, kept.authority));
      expect(accepted).toBe(true);
      trusted = kept.authority.trustPem;
      pins.add(kept.authority.pin);
      sizes = Math.max(sizes, splitPem(trusted).length);
      now += 25 * DAY_MS;
    }
    expect(pins.size).toBeGreaterThan(4);
    expect(sizes).toBe(2);
  });

  it.each(['ca.key', 'ca.crt'])('ends a take-over of which only %s had been written', async (written) => {
    const kept = await open();
    now += 700 * DAY_MS;
    await kept.refresh();
    const successor = splitPem(kept.authority.trustPem)[1];
    await copyFile(join(folder, 'ca', `next-${written}`), join(folder, 'ca', written));

    const { authority } = await open();

    expect(authority.certificatePem).toBe(successor);
    expect((await readdir(join(folder, 'ca'))).toSorted()).toEqual(['ca.crt', 'ca.key']);
  });

  it('makes a successor again of which half is missing', async () => {
    const kept = await open();
    now += 700 * DAY_MS;
    await kept.refresh();
    await rm(join(folder, 'ca/next-ca.key'));

    const { authority } = await open();

    expect(authority.pin).toBe(kept.authority.pin);
    expect(splitPem(authority.trustPem)).toHaveLength(2);
  });

  it('has a new one at once when it comes back after the old one has expired', async () => {
    const before = (await open()).authority;
    now += 1_000 * DAY_MS;
    const after = (await open()).authority;

    expect(after.pin).not.toBe(before.pin);
    expect(splitPem(after.trustPem)).toHaveLength(1);
    expect(await accepts(after.trustPem, after)).toBe(true);
  });
});
