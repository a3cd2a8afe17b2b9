import { execFile } from 'node:child_process';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { NftablesError } from '../error.ts';
import { restoreXtables, saveXtables } from '../iptables.ts';
import { probe } from '../probe.ts';
import { lacksNamespaces, makeNetlab, type Netlab } from '../test-support/netlab.ts';
import { runText } from '../transaction.ts';
import { inspectState, isEnforced } from './inspect-state.ts';
import type { EnforcementOptions } from './options.ts';
import { hasTraces, protect, release } from './protect.ts';

const OPTIONS: EnforcementOptions = { hooks: ['input', 'output', 'forward'], queueNumber: 21, onFailure: 'closed' };

const FOREIGN = [
  'add table inet mine',
  'add chain inet mine filter { type filter hook input priority 0; }',
  'add rule inet mine filter tcp dport 22 counter accept',
];
const FOREIGN_XTABLES =
  '*mangle\n:THEIRS - [0:0]\n-A FORWARD -j THEIRS\n-A THEIRS -j MARK --set-xmark 0x1/0x1\nCOMMIT\n';

const PROTECT = import.meta.resolve('./protect.ts');
const execute = promisify(execFile);

let lab: Netlab;

describe.skipIf(lacksNamespaces())('protect', () => {
  freshLab();

  it('is seen by reading the rules back', async () => {
    expect(await inspectState(lab.router)).toEqual({ status: 'absent' });
    expect(await isEnforced(lab.router)).toBe(false);

    const { queueVia } = await protect(lab.router, { ...OPTIONS, queueCount: 2 });

    const zero = { packets: 0, bytes: 0 };
    expect(await inspectState(lab.router)).toEqual({
      status: 'enforced',
      hooks: ['input', 'output', 'forward'],
      queueVia,
      queues: [21, 22],
      onFailure: 'closed',
      counters: {
        inspected: zero,
        acknowledgements: zero,
        'handed-over': zero,
        blocked: zero,
        unanswered: zero,
        quarantined: zero,
      },
    });
    expect(await isEnforced(lab.router)).toBe(true);
  });

  it('asks for no file that names protocols, which small images do not have', async () => {
    const call = `await (await import(${JSON.stringify(PROTECT)})).protect(${JSON.stringify(lab.router)}, ${JSON.stringify(OPTIONS)})`;
    const script = 'mount --bind /dev/null /etc/protocols && exec "$0" --input-type=module --eval "$1"';
    await execute('unshare', ['--mount', 'sh', '-c', script, process.execPath, call]);

    expect(await isEnforced(lab.router)).toBe(true);
  });

  it('follows every change of the options', async () => {
    await protect(lab.router, OPTIONS);
    await protect(lab.router, { ...OPTIONS, hooks: ['forward'], queueNumber: 3, onFailure: 'open' });
    expect(await inspectState(lab.router)).toMatchObject({ hooks: ['forward'], queues: [3, 3], onFailure: 'open' });

    await protect(lab.router, { ...OPTIONS, quarantine: true });
    expect(await inspectState(lab.router)).toMatchObject({ status: 'quarantined' });
    expect((await rules()).ip).toEqual([]);

    await protect(lab.router, { ...OPTIONS, hooks: ['input'] });
    expect(await inspectState(lab.router)).toMatchObject({ status: 'enforced', hooks: ['input'], onFailure: 'closed' });
  });

  it('makes the same rules however often it is called', async () => {
    await protect(lab.router, OPTIONS);
    const once = await rules();

    await protect(lab.router, OPTIONS);
    await protect(lab.router, OPTIONS);

    expect(await rules()).toEqual(once);
  });

  it('puts its jump first again when somebody came in front of it', async () => {
    await protect(lab.router, { ...OPTIONS, queueVia: 'xtables' });
    const before = (await rules()).ip;
    await lab.run(lab.router, 'iptables-nft', '-t', 'mangle', '-I', 'FORWARD', '-p', 'udp', '-j', 'ACCEPT');
    expect(await isEnforced(lab.router)).toBe(false);

    await protect(lab.router, { ...OPTIONS, queueVia: 'xtables' });

    const after = (await rules()).ip;
    expect(after.filter((line) => line.startsWith('-A FORWARD'))).toEqual([
      '-A FORWARD -j BULKHEAD-FWD',
      '-A FORWARD -p udp -j ACCEPT',
    ]);
    expect(after).toHaveLength(before.length + 1);
    expect(await isEnforced(lab.router)).toBe(true);
  });

  it('rebuilds a table whose chains are hooked elsewhere', async () => {
    await runText(lab.router, [
      'add table inet bulkhead',
      'add chain inet bulkhead early-forward { type filter hook forward priority -10; }',
      'add chain inet bulkhead late-forward { type filter hook forward priority 10; }',
    ]);

    await protect(lab.router, OPTIONS);

    expect(await isEnforced(lab.router)).toBe(true);
  });

  it('keeps what was enforced when the options cannot be', async () => {
    await protect(lab.router, OPTIONS);
    const before = await rules();

    const nowhere = protect(lab.router, { ...OPTIONS, hooks: [] });
    await expect(nowhere).rejects.toThrow('no hook to enforce at');
    const tooMany = protect(lab.router, { ...OPTIONS, queueNumber: 65_535, queueCount: 2 });
    await expect(tooMany).rejects.toThrow('not within 0 to 65535');

    expect(await rules()).toEqual(before);
  });

  it('keeps what was enforced when the kernel refuses the new rules', async ({ skip }) => {
    const { nativeQueue } = await probe(lab.router);
    skip(nativeQueue, 'this kernel has the native queue expression, so that no rule of ours is refused');
    await protect(lab.router, OPTIONS);
    const before = await rules();

    const refused = protect(lab.router, { ...OPTIONS, queueVia: 'nft', onFailure: 'open' });

    await expect(refused).rejects.toMatchObject({
      code: 'TRANSACTION_REFUSED',
      failingCommand: expect.stringContaining('"queue":{"num":21,"flags":"bypass"}'),
    });
    expect(await rules()).toEqual(before);
  });

  it('takes back what it told iptables when ip6tables fails, and says what that said', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'bh-nft-'));
    const broken = join(folder.path, 'ip6tables-nft-restore');
    await writeFile(broken, '#!/bin/sh\necho "out of order" >&2\nexit 3\n', { mode: 0o755 });
    const before = await rules();
    vi.stubEnv('PATH', `${folder.path}:${process.env.PATH}`);

    const failed = protect(lab.router, { ...OPTIONS, queueVia: 'xtables' });

    await expect(failed).rejects.toMatchObject({
      code: 'IPTABLES_FAILED',
      message: 'ip6tables-nft-restore: out of order',
    });
    vi.unstubAllEnvs();
    expect(await rules()).toEqual(before);
    expect(await runText(lab.router, ['list ruleset'])).toBe('');
  });
});

describe.skipIf(lacksNamespaces())('a ruleset that makes nft end its process when it is read', () => {
  freshLab();

  // nft 1.0.6 asserts that each part of such a key has a whole byte at least.
  const trap = (table: string) => [
    `add table ${table}`,
    `add set ${table} trap { typeof tcp doff . ip length; elements = { 5 . 40, 8 . 52 }; }`,
  ];

  it('in another table is no obstacle', async () => {
    await runText(lab.router, trap('inet theirs'));

    await protect(lab.router, OPTIONS);

    expect(await isEnforced(lab.router)).toBe(true);
    await release(lab.router);
    expect(await inspectState(lab.router)).toEqual({ status: 'absent' });
  });

  it.each(['ip mangle', 'inet bulkhead'])('in table %s costs an error at most', async (table) => {
    await runText(lab.router, trap(table));

    const failures = await Promise.all(
      [protect(lab.router, OPTIONS), inspectState(lab.router), release(lab.router)].map((attempt) =>
        attempt.then(
          () => undefined,
          (error: unknown) => (error as NftablesError).code,
        ),
      ),
    );

    expect(
      failures.filter((code) => code !== undefined && !['LISTING_FAILED', 'IPTABLES_FAILED'].includes(code)),
    ).toEqual([]);
    await runText(lab.router, [`delete table ${table}`]);
    await protect(lab.router, OPTIONS);
    expect(await isEnforced(lab.router)).toBe(true);
  });
});

describe.skipIf(lacksNamespaces())('release', () => {
  freshLab();

  it('leaves nothing behind', async () => {
    await protect(lab.router, OPTIONS);

    await release(lab.router);

    expect(await runText(lab.router, ['list ruleset'])).toBe('');
    expect(await lab.run(lab.router, 'iptables-nft-save')).toBe('');
    expect(await lab.run(lab.router, 'ip6tables-nft-save')).toBe('');
    expect(await inspectState(lab.router)).toEqual({ status: 'absent' });
  });

  it('does nothing where nothing was made, and may be repeated', async () => {
    await release(lab.router);
    await protect(lab.router, OPTIONS);
    await release(lab.router);
    await release(lab.router);

    expect(await runText(lab.router, ['list ruleset'])).toBe('');
  });

  it.each(['ip', 'ip6'] as const)(
    'finds and removes what is left of a removal that was cut short: %s',
    async (family) => {
      await restoreXtables(lab.router, family, '*mangle\n:BULKHEAD-IN - [0:0]\n-I INPUT -j BULKHEAD-IN\nCOMMIT\n');
      expect(await hasTraces(lab.router)).toBe(true);

      await release(lab.router);

      expect(await hasTraces(lab.router)).toBe(false);
      expect(await runText(lab.router, ['list ruleset'])).toBe('');
    },
  );

  it('takes nothing of others for a trace', async () => {
    await runText(lab.router, FOREIGN);
    await restoreXtables(lab.router, 'ip', FOREIGN_XTABLES);
    expect(await hasTraces(lab.router)).toBe(false);

    await protect(lab.router, OPTIONS);

    expect(await hasTraces(lab.router)).toBe(true);
  });

  it("leaves everybody else's rules as they were", async () => {
    await runText(lab.router, FOREIGN);
    await restoreXtables(lab.router, 'ip', FOREIGN_XTABLES);
    const before = await rules();

    await protect(lab.router, OPTIONS);
    await protect(lab.router, { ...OPTIONS, quarantine: true });
    await protect(lab.router, { ...OPTIONS, hooks: ['forward'] });
    await release(lab.router);

    const after = await rules();
    expect(after.ip6).toEqual([]);
    expect(after.ip).toEqual(before.ip);
    expect(await runText(lab.router, ['list table inet mine'])).toBe(before.mine);
  });
});

function freshLab(): void {
  beforeEach(async () => {
    lab = await makeNetlab();
    return () => lab[Symbol.asyncDispose]();
  });
}

async function rules() {
  const ruleset = await runText(lab.router, ['list ruleset']);
  return {
    ours: /table inet bulkhead \{[^]*?\n\}/.exec(ruleset)?.[0],
    mine: /table inet mine \{[^]*?\n\}\n?/.exec(ruleset)?.[0],
    ip: rulesIn(await saveXtables(lab.router, 'ip', 'mangle')),
    ip6: rulesIn(await saveXtables(lab.router, 'ip6', 'mangle')),
  };
}

/** Without the built-in chains, which iptables shows whether or not they are there. */
function rulesIn(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => line.startsWith('-A '));
}
