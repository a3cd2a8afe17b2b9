import { execFile } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NftablesError } from './error.ts';
import type { NftCommand } from './nft-json.ts';
import { listRuleset, listTable } from './nft-listing.ts';
import { lacksNamespaces, makeNetlab, type Netlab } from './test-support/netlab.ts';
import { checkTransaction, runText, runTransaction } from './transaction.ts';

const execFileAsync = promisify(execFile);

describe.skipIf(lacksNamespaces())('runTransaction', () => {
  let lab: Netlab;

  beforeAll(async () => {
    lab = await makeNetlab();
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  it('changes nothing when one command in the middle is refused', async () => {
    await runTransaction(lab.client, [addTable('before')]);

    const refused = runTransaction(lab.client, [
      addTable('first'),
      { delete: { table: { family: 'inet', name: 'before' } } },
      addChain('missing', 'chain'),
      addTable('last'),
    ]);

    await expect(refused).rejects.toMatchObject({ code: 'TRANSACTION_REFUSED' });
    expect(await tableNames(lab.client)).toEqual(['before']);
  });

  it("carries nft's own message and the command that the kernel refused", async () => {
    const culprit = addChain('missing', 'chain');

    const error = await failure(runTransaction(lab.server, [addTable('first'), culprit, addTable('last')]));

    expect(error.message).toContain('No such file or directory');
    expect(error.message).toContain(lab.server);
    expect(error.failingCommand).toBe(JSON.stringify(culprit));
  });

  it('names a command that nft cannot even read', async () => {
    const culprit = { add: { chair: { family: 'inet', name: 'first' } } };

    const error = await failure(runTransaction(lab.server, [addTable('first'), culprit]));

    expect(error.code).toBe('TRANSACTION_REFUSED');
    expect(error.failingCommand).toBe(JSON.stringify(culprit));
  });

  it('judges a transaction without making it', async () => {
    await checkTransaction(lab.server, [addTable('judged')]);

    await expect(checkTransaction(lab.server, [addChain('missing', 'chain')])).rejects.toThrow('No such file');
    expect(await tableNames(lab.server)).toEqual([]);
  });

  it("runs nft's own language as one transaction too", async () => {
    const error = await failure(runText(lab.server, ['add table inet one', 'add chain inet two three']));

    expect(error.failingCommand).toBe('add chain inet two three');
    expect(await runText(lab.server, ['list ruleset'])).toBe('');
  });

  it('works on the namespace that is named, in many at once, and never moves the caller', async () => {
    const before = readlinkSync('/proc/thread-self/ns/net');
    const namespaces = [lab.client, lab.router, lab.server];

    await Promise.all(
      namespaces.flatMap((namespace, place) =>
        [1, 2, 3].map((number) => runTransaction(namespace, [addTable(`t${place}-${number}`)])),
      ),
    );

    for (const [place, namespace] of namespaces.entries()) {
      expect(await tableNames(namespace)).toEqual(
        expect.arrayContaining([`t${place}-1`, `t${place}-2`, `t${place}-3`]),
      );
      const others = namespaces.map((_, other) => other).filter((other) => other !== place);
      for (const other of others) expect(await listTable(namespace, 'inet', `t${other}-1`)).toBeUndefined();
    }
    expect(readlinkSync('/proc/thread-self/ns/net')).toBe(before);
  });

  it('takes a namespace by name and by process too', async () => {
    const name = `bh-nft-${process.pid}`;
    await execFileAsync('ip', ['netns', 'add', name]);
    const inside = lab.start(`/run/netns/${name}`, 'sh', '-c', 'echo $$; read -r _');
    try {
      const pid = Number(await inside.saw(/^\d+$/));

      await runTransaction({ name }, [addTable('by-name')]);
      await runTransaction({ pid }, [addTable('by-process')]);

      expect(await tableNames(`/run/netns/${name}`)).toEqual(['by-name', 'by-process']);
    } finally {
      await execFileAsync('ip', ['netns', 'del', name]);
    }
  });

  it.each([
    ['is gone', '/run/netns/bh-nft-none', 'No such file or directory'],
    ['is not a namespace', '/etc/hostname', 'Invalid argument'],
    ['is a namespace of another kind', '/proc/self/ns/mnt', 'Invalid argument'],
  ])('says so when the namespace %s', async (_, path, reason) => {
    const error = await failure(runTransaction(path, [addTable('nowhere')]));

    expect(error.code).toBe('NAMESPACE_UNAVAILABLE');
    expect(error.message).toContain(path);
    expect(error.message).toContain(reason);
  });

  it('tells a caller without the privilege that it is not permitted', async () => {
    const program = `
      const { runText } = await import(${JSON.stringify(new URL('transaction.ts', import.meta.url).href)});
      await runText(process.argv[1], ['list ruleset']).catch((error) => console.log(error.code));`;
    const drop = ['--bounding-set', '-all', '--inh-caps', '-all', '--'];

    const { stdout } = await execFileAsync('setpriv', [
      ...drop,
      process.execPath,
      '--input-type=module',
      '-e',
      program,
      lab.client,
    ]);

    expect(stdout.trim()).toBe('NOT_PERMITTED');
  });
});

function addTable(name: string): NftCommand {
  return { add: { table: { family: 'inet', name } } };
}

function addChain(table: string, name: string): NftCommand {
  return { add: { chain: { family: 'inet', table, name } } };
}

async function tableNames(namespace: string): Promise<readonly string[]> {
  const objects = await listRuleset(namespace);
  return objects.flatMap((object) => ('table' in object ? [(object.table as { name: string }).name] : []));
}

async function failure(attempt: Promise<unknown>): Promise<NftablesError> {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(NftablesError);
  return error as NftablesError;
}
