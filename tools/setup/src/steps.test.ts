import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const SETUP = resolve(import.meta.dirname, '..');

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bulkhead-setup-'));
  mkdirSync(join(root, 'tools'));
  mkdirSync(join(root, '.tools/log'), { recursive: true });
  cpSync(SETUP, join(root, 'tools/setup'), { recursive: true, filter: (source) => !source.includes('node_modules') });
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Runs lines of bash with the set-up's functions at hand, and commands of ours in front of the machine's. */
function bash(script: string, commands: Record<string, string> = {}) {
  const bin = join(root, 'bin');
  mkdirSync(bin);
  for (const [name, body] of Object.entries(commands)) {
    writeFileSync(join(bin, name), `#!/bin/bash\n${body}\n`, { mode: 0o755 });
  }
  const lines = `set -euo pipefail; root=$1; source "$root/tools/setup/ensure.sh"; source "$root/tools/setup/steps.sh"; ${script}`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', lines, 'bash', root], {
    encoding: 'utf8',
    // With a socket there, the outermost bash takes itself for one of rshd's and reads the user's .bashrc.
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: `${bin}:${process.env.PATH ?? ''}` },
  });
  return { status, stdout, stderr };
}

function listPackages(...lines: string[]): void {
  writeFileSync(join(root, 'tools/setup/packages.txt'), `# a comment\n\n${lines.join('\n')}\n`);
}

describe('the Debian packages', () => {
  it('that are missing are named, those for tests only when tests will run', () => {
    listPackages('bash run', 'no-such-one run', 'no-such-test test', 'no-such-bench bench');
    expect(bash('missing_packages run; echo; missing_packages test; echo; missing_packages bench').stdout).toBe(
      'no-such-one\nno-such-one no-such-test\nno-such-bench no-such-one no-such-test',
    );
  });

  it('are not installed when there is nothing to install', () => {
    listPackages('bash run');
    const { status, stderr } = bash('ensure_packages run', { 'apt-get': 'echo called >&2; exit 1' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('cannot be installed by anybody but root, who is told the command', () => {
    listPackages('no-such-one run');
    spawnSync('chmod', ['-R', 'a+rX', root]);
    const { status, stderr } = bash(
      'exec setpriv --reuid=65534 --clear-groups bash -c "setup=$setup tools=$tools; source $setup/ensure.sh; setup=$setup; source $setup/steps.sh; ensure_packages run"',
    );
    expect(status).toBe(1);
    expect(stderr).toBe(
      'bulkhead: set-up failed: Debian packages are missing (no-such-one) and only root can install them; ' +
        'run: sudo apt-get install --no-install-recommends no-such-one\n',
    );
  });

  describe('start no service when they are installed', () => {
    const asking = 'case "$*" in *update*) exit 0;; *) "$POLICY" redis-server start; echo "$?" >"$ANSWER"';
    const install = (commands: string, script = 'ensure_packages run') => {
      listPackages('no-such-one run');
      const prepare = `export POLICY=$root/policy ANSWER=$root/answer; policy_file=$POLICY; ${script}`;
      return bash(prepare, { 'apt-get': commands });
    };
    const answer = (): string => readFileSync(join(root, 'answer'), 'utf8').trim();

    it.each([
      ['succeeds', 0],
      ['fails', 1],
    ])('whether apt-get %s, and may afterwards', (_, code) => {
      expect(install(`${asking}; exit ${code};; esac`).status).toBe(code);
      expect(answer()).toBe('101');
      expect(existsSync(join(root, 'policy'))).toBe(false);
    });

    it.each(['INT', 'TERM'])('nor is anything left behind by SIG%s', (signal) => {
      const { status } = install(`${asking}; kill -${signal} $PPID;; esac`);
      expect(status).not.toBe(0);
      expect(answer()).toBe('101');
      expect(existsSync(join(root, 'policy'))).toBe(false);
    });

    it('may start them where the process was killed before it could take its policy away', () => {
      install(`${asking}; kill -KILL $PPID;; esac`);
      expect(answer()).toBe('101');
      expect(spawnSync(join(root, 'policy')).status).toBe(0);
    });

    it('by the policy that the machine has, which stays', () => {
      const own = '#!/bin/sh\nexit 104\n';
      writeFileSync(join(root, 'policy'), own, { mode: 0o755 });
      expect(install(`${asking}; exit 0;; esac`).status).toBe(0);
      expect(answer()).toBe('104');
      expect(readFileSync(join(root, 'policy'), 'utf8')).toBe(own);
    });
  });

  it('that apt-get does not know end in one line with its own words', () => {
    listPackages('no-such-one run');
    const { status, stderr } = bash('ensure_packages run', {
      'apt-get': 'case "$*" in *update*) exit 0;; *) echo "E: Unable to locate package no-such-one"; exit 100;; esac',
    });
    expect(status).toBe(1);
    expect(stderr.split('\n')).toHaveLength(3);
    expect(stderr).toContain('could not install no-such-one (E: Unable to locate package no-such-one)');
  });
});

describe('what is fetched', () => {
  const fetch = 'mkdir -p "$root/out"; fetch something 1.0.0 "$(printf %0128d 0)" "$root/out"';

  it('is refused when it is not the content that was pinned', () => {
    const { status, stderr } = bash(fetch, { npm: 'echo other >something-1.0.0.tgz' });
    expect(status).toBe(1);
    expect(stderr).toBe(
      'bulkhead: set-up failed: something@1.0.0 is not the archive that was pinned; do not use this registry\n',
    );
    expect(existsSync(join(root, 'out/package'))).toBe(false);
  });

  it('is missed in one line when the registry does not answer', () => {
    const { status, stderr } = bash(fetch, { npm: 'echo "npm ERR! network getaddrinfo ENOTFOUND" >&2; exit 1' });
    expect(status).toBe(1);
    expect(stderr).toContain('npm could not fetch something@1.0.0 (npm ERR! network getaddrinfo ENOTFOUND)');
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('cosign', () => {
  const pins =
    'arch=$(dpkg --print-architecture); cosign_package=([1.0]=1.0-1); cosign_sha256=([1.0-$arch]=$(printf %064d 0));';

  it('is fetched for tests alone, and not where it is already', () => {
    const there = 'mkdir -p "$tools/cosign/1.0/usr/bin"; install -m 755 /dev/null "$tools/cosign/1.0/usr/bin/cosign";';
    const { status, stderr } = bash(`${pins} ensure_cosign run; ${there} ensure_cosign test`);

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('that is not to be had, or not what was pinned, is missed in one line, and the set-up goes on', () => {
    const helper = '/usr/lib/apt/apt-helper() { echo other >"${@: -2:1}"; };';
    const { status, stdout, stderr } = bash(`${pins} ${helper} ensure_cosign test; ls "$tools/cosign/1.0" || echo on`);

    expect({ status, stdout }).toEqual({ status: 0, stdout: 'on\n' });
    expect(stderr).toContain('bulkhead: set-up: cosign 1.0 cannot be had, so that no signature is tested against it');
  });

  it('is none for a machine that no package is pinned for', () => {
    const { status, stderr } = bash(`${pins} cosign_sha256=(); ensure_cosign test`);

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

describe('the state of the set-up', () => {
  it('changes with a native source, a pin and the lockfile, and with nothing else', () => {
    writeFileSync(join(root, 'package-lock.json'), '{}');
    mkdirSync(join(root, 'native/x/src'), { recursive: true });
    mkdirSync(join(root, 'native/x/build'), { recursive: true });
    const { stdout } = bash(`
      cd "$root"
      wanted_state
      echo 1 >native/x/build/object; echo 1 >README.md; wanted_state
      echo 1 >native/x/src/a.cpp; wanted_state
      echo 2 >>package-lock.json; wanted_state
      echo 3 >>tools/setup/versions.sh; wanted_state`);
    const states = stdout.trim().split('\n');
    expect(states).toHaveLength(5);
    expect(states[1]).toBe(states[0]);
    expect(new Set(states).size).toBe(4);
  });

  it('is known without writing anything', () => {
    writeFileSync(join(root, 'package-lock.json'), '{}');
    bash('wanted_state');
    expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).toBe('{}');
    expect(existsSync(join(root, '.tools/ready.run'))).toBe(false);
  });
});
