import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readAudit } from './advisories.ts';
import { checkPackages, countPackages, type LockedPackage } from './check.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
/** A registry that does not answer soon is not waited for. */
const TIMEOUT_MS = 30_000;

const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  readonly packages: Readonly<Record<string, LockedPackage>>;
};
const problems = [...checkPackages(packages)];
const audit = readAudit(await npmAudit());
if (audit.kind === 'known') problems.push(...audit.advisories);
else process.stdout.write(`notice: advisories about dependencies are not known here: ${audit.why}\n`);

for (const problem of problems) process.stderr.write(`${problem}\n`);
const count = countPackages(packages);
process.stdout.write(`dependencies: ${count} packages, ${problems.length} problems\n`);
// A check that looked at nothing has proved nothing.
if (problems.length > 0 || count === 0) process.exitCode = 1;

/** What npm says; it ends with an error both when it found something and when it could not ask. */
function npmAudit(): Promise<string> {
  const npm = join(dirname(process.execPath), 'npm');
  const args = ['audit', '--json', '--fetch-retries=0', `--fetch-timeout=${TIMEOUT_MS}`];
  return new Promise((done) => {
    execFile(npm, args, { cwd: ROOT, timeout: TIMEOUT_MS, maxBuffer: 2 ** 26 }, (error, stdout) =>
      done(stdout === '' && error !== null ? error.message : stdout),
    );
  });
}
