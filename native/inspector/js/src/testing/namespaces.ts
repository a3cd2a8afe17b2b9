import { spawnSync } from 'node:child_process';

/** Two network namespaces with a cable between them, made for one test file. */
export interface Namespaces {
  readonly client: string;
  readonly server: string;
  /** Path of the server's namespace, as the inspector takes it. */
  readonly serverPath: string;
  readonly serverV4: string;
  readonly serverV6: string;
  remove(): void;
}

const BLOCK = '0x4000000/0x4000000';
const PASS = '0x2000000/0x2000000';

export function createNamespaces(): Namespaces {
  const client = `bh-insp-c${process.pid}`;
  const server = `bh-insp-s${process.pid}`;
  const remove = (): void => {
    for (const name of [client, server]) spawnSync('ip', ['netns', 'del', name]);
  };
  try {
    for (const name of [client, server]) run('ip', 'netns', 'add', name);
    run('ip', '-n', client, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', server);
    for (const [name, host] of [
      [client, 1],
      [server, 2],
    ] as const) {
      run('ip', '-n', name, 'addr', 'add', `10.99.7.${host}/24`, 'dev', 'eth0');
      run('ip', '-n', name, 'addr', 'add', `fd99:7::${host}/64`, 'dev', 'eth0', 'nodad');
      for (const link of ['lo', 'eth0']) run('ip', '-n', name, 'link', 'set', link, 'up');
    }
  } catch (error) {
    remove();
    throw error;
  }
  const serverPath = `/run/netns/${server}`;
  return { client, server, serverPath, serverV4: '10.99.7.2', serverV6: 'fd99:7::2', remove };
}

/**
 * Sends both directions of a port through a queue inside a namespace, and gives the queue's marks their meaning: a
 * blocked connection is reset and stays so, a passed one is not queued again. Without a reader packets go by.
 */
export function queuePort(namespace: string, port: number, queue: number): void {
  const target = ['-j', 'NFQUEUE', '--queue-num', String(queue), '--queue-bypass'];
  for (const iptables of ['iptables-nft', 'ip6tables-nft']) {
    const rule = (table: string, chain: string, ...rest: string[]): void =>
      run('nsenter', `--net=/run/netns/${namespace}`, iptables, '-t', table, '-A', chain, ...rest);
    for (const [chain, end, loopback] of [
      ['INPUT', '--dport', '-i'],
      ['OUTPUT', '--sport', '-o'],
    ] as const) {
      rule('mangle', chain, loopback, 'lo', '-j', 'ACCEPT');
      rule('mangle', chain, '-m', 'connmark', '--mark', BLOCK, '-j', 'ACCEPT');
      rule('mangle', chain, '-m', 'connmark', '--mark', PASS, '-j', 'ACCEPT');
      rule('mangle', chain, '-p', 'tcp', end, String(port), ...target);
      // Behind the queue, which packets leave for the next table only.
      for (const mark of [BLOCK, PASS])
        rule('filter', chain, '-m', 'mark', '--mark', mark, '-j', 'CONNMARK', '--set-xmark', mark);
      const blocked = ['-m', 'connmark', '--mark', BLOCK, '-p', 'tcp'];
      rule('filter', chain, ...blocked, '--tcp-flags', 'RST', 'RST', '-j', 'ACCEPT');
      rule('filter', chain, ...blocked, '-j', 'REJECT', '--reject-with', 'tcp-reset');
    }
  }
}

/** Why the tests of queues in namespaces cannot run here; undefined when they can. */
export function missingForNamespaces(nfqueueReason: string): string | undefined {
  if (process.getuid?.() !== 0) return 'not root';
  if (nfqueueReason !== '') return nfqueueReason;
  for (const tool of ['ip', 'nsenter', 'iptables-nft', 'ip6tables-nft'])
    if (spawnSync(tool, ['--version']).error !== undefined) return `${tool} is not installed`;
  return undefined;
}

function run(command: string, ...args: string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`);
}
