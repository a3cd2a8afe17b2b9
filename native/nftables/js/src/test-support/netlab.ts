import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { NftCommand } from '../nft-json.ts';
import { runTransaction } from '../transaction.ts';
import { Peer } from './peer.ts';

const execFileAsync = promisify(execFile);

const BUILD = join(import.meta.dirname, '../../../build/release');

type Names = readonly [client: string, router: string, server: string];

let isReasonTold = false;

/** Whether network namespaces cannot be made here, which is told once. */
export function lacksNamespaces(): boolean {
  const reason = skipReason();
  if (reason !== undefined && !isReasonTold) process.stderr.write(`skipped: tests in network namespaces: ${reason}\n`);
  isReasonTold = true;
  return reason !== undefined;
}

/** Where a host stands in the lab, for both address families. */
export const ADDRESS = {
  client: { ip: '10.201.1.1', ip6: 'fd00:201:1::1' },
  server: { ip: '10.201.2.1', ip6: 'fd00:201:2::1' },
} as const;

/** Three namespaces in a row, client – router – server, that nothing else on the machine can reach. */
export interface Netlab extends AsyncDisposable {
  readonly client: string;
  readonly router: string;
  readonly server: string;
  /** Runs a program inside one of them to its end, and gives back what it printed. */
  run(namespace: string, program: string, ...parameters: readonly string[]): Promise<string>;
  /** Starts a program that is stopped with the lab. */
  start(namespace: string, program: string, ...parameters: readonly string[]): Peer;
}

export async function makeNetlab(): Promise<Netlab> {
  // Not in /run/netns: an agent on this machine guards, and clears, what it finds there.
  const folder = await mkdtemp(join(tmpdir(), 'bh-nft-'));
  const names: Names = [join(folder, 'client'), join(folder, 'router'), join(folder, 'server')];
  const [client, router, server] = names;
  const peers: Peer[] = [];
  const lab: Netlab = {
    client,
    router,
    server,
    run,
    start(namespace, program, ...parameters) {
      const peer = new Peer('nsenter', [`--net=${namespace}`, program, ...parameters]);
      peers.push(peer);
      return peer;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(peers.map((peer) => peer.stop()));
      await Promise.all(names.map((path) => execFileAsync('umount', [path])));
      await rm(folder, { recursive: true });
    },
  };
  for (const path of names) {
    await writeFile(path, '');
    await execFileAsync('unshare', [`--net=${path}`, 'true']);
  }
  try {
    await connect(names);
    return lab;
  } catch (error) {
    await lab[Symbol.asyncDispose]();
    throw error;
  }
}

/** The program of that name that was built from `test/`. */
export function testProgram(name: 'answer_queue' | 'forge_log' | 'send_segment'): string {
  return join(BUILD, name);
}

/** Makes packets of a namespace that match the statements countable under a name, in a table of the test's own. */
export function countPackets(
  namespace: string,
  name: string,
  hook: string,
  priority: number,
  ...expr: readonly { readonly [kind: string]: NonNullable<NftCommand[string]> | null }[]
): Promise<void> {
  const at = { family: 'inet', table: 'watch' };
  const place = { type: 'filter', hook, prio: priority, policy: 'accept' };
  return runTransaction(namespace, [
    { add: { table: { family: 'inet', name: 'watch' } } },
    { add: { counter: { ...at, name } } },
    { add: { chain: { ...at, name, ...place } } },
    { add: { rule: { ...at, chain: name, expr: [...expr, { counter: name }] } } },
  ]);
}

/** Asks again until the answer is yes. The test's own time limit ends what never comes. */
export async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function run(namespace: string, program: string, ...parameters: readonly string[]): Promise<string> {
  const { stdout } = await execFileAsync('nsenter', [`--net=${namespace}`, program, ...parameters]);
  return stdout;
}

async function connect([client, router, server]: Names): Promise<void> {
  for (const namespace of [client, router, server]) {
    // Nobody else can have these addresses, and waiting to find out delays the first packets by seconds.
    await run(namespace, 'sysctl', '-qw', 'net.ipv6.conf.default.accept_dad=0');
    await ip(namespace, 'link set lo up');
  }
  await ip(router, `link add client type veth peer name uplink netns ${client}`);
  await ip(router, `link add server type veth peer name uplink netns ${server}`);
  await address(router, 'client', '10.201.1.254', 'fd00:201:1::ff');
  await address(router, 'server', '10.201.2.254', 'fd00:201:2::ff');
  await address(client, 'uplink', ADDRESS.client.ip, ADDRESS.client.ip6);
  await address(server, 'uplink', ADDRESS.server.ip, ADDRESS.server.ip6);
  await ip(client, 'route add default via 10.201.1.254');
  await ip(client, 'route add default via fd00:201:1::ff');
  await ip(server, 'route add default via 10.201.2.254');
  await ip(server, 'route add default via fd00:201:2::ff');
  await run(router, 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1');
}

async function address(namespace: string, device: string, ip4: string, ip6: string): Promise<void> {
  await ip(namespace, `addr add ${ip4}/24 dev ${device}`);
  await ip(namespace, `addr add ${ip6}/64 dev ${device} nodad`);
  await ip(namespace, `link set ${device} up`);
}

function ip(namespace: string, command: string): Promise<string> {
  return run(namespace, 'ip', ...command.split(' '));
}

function skipReason(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root to make network namespaces';
  const isBuilt = ['nftables.node', 'answer_queue', 'forge_log', 'send_segment'].every((file) =>
    existsSync(join(BUILD, file)),
  );
  if (!isBuilt) return 'needs the native build of native/nftables';
  return undefined;
}
