import { existsSync } from 'node:fs';
import { run, runIn } from './run.ts';

/** A machine of the lab: a network namespace with one interface, `eth0`. */
export interface Host {
  readonly name: string;
  /** The name under `/run/netns`. */
  readonly netns: string;
  readonly path: string;
  readonly ipv4: string;
  readonly ipv6: string;
}

/** Namespaces that only this process uses, with every packet between them and nowhere else. */
export interface Network {
  readonly router: { readonly netns: string; readonly path: string };
  readonly hosts: ReadonlyMap<string, Host>;
  host(name: string): Host;
  /** Deletes every namespace, and with them interfaces and rules. May be called again. */
  remove(): Promise<void>;
}

/** `bridged` puts the hosts on one segment; `routed` gives each a subnet, so that packets pass the router's forward hook. */
export type Shape = 'bridged' | 'routed';

const MAX_HOSTS = 200;

/** Makes a namespace per host and one for what joins them. Their names carry the process id, so that two labs never meet. */
export async function createNetwork(label: string, shape: Shape, names: readonly string[]): Promise<Network> {
  if (names.length > MAX_HOSTS) throw new RangeError(`at most ${MAX_HOSTS} hosts`);
  const prefix = `${label}-${process.pid}`;
  const router = namespace(`${prefix}-router`);
  const hosts = new Map(
    names.map((name, index) => [name, { name, ...namespace(`${prefix}-${name}`), ...address(shape, index) }]),
  );
  const made: string[] = [];

  async function remove(): Promise<void> {
    for (const netns of made.splice(0)) await run('ip', ['netns', 'del', netns]).catch(() => undefined);
  }

  try {
    for (const { netns, path } of [router, ...hosts.values()]) {
      made.push(netns);
      await run('ip', ['netns', 'add', netns]);
      await runIn(path, 'ip', ['link', 'set', 'lo', 'up']);
    }
    if (shape === 'bridged') await runIn(router.path, 'ip', ['link', 'add', 'br0', 'up', 'type', 'bridge']);
    else await forwardPackets(router.path);
    for (const [index, host] of [...hosts.values()].entries()) await connect(shape, router, host, index);
  } catch (error) {
    await remove();
    throw error;
  }

  return {
    router,
    hosts,
    host(name) {
      const host = hosts.get(name);
      if (host === undefined) throw new RangeError(`no host "${name}"`);
      return host;
    },
    remove,
  };
}

/** Removes the namespaces of labs whose process is gone without having done so. */
export async function removeAbandoned(label: string): Promise<void> {
  const names = (await run('ip', ['netns', 'list'])).split('\n').map((line) => line.split(' ', 1)[0] ?? '');
  for (const name of names) {
    const pid = name.startsWith(`${label}-`) ? /^(\d+)-/.exec(name.slice(label.length + 1))?.[1] : undefined;
    if (pid !== undefined && !existsSync(`/proc/${pid}`))
      await run('ip', ['netns', 'del', name]).catch(() => undefined);
  }
}

function namespace(netns: string): { readonly netns: string; readonly path: string } {
  return { netns, path: `/run/netns/${netns}` };
}

function address(shape: Shape, index: number): { readonly ipv4: string; readonly ipv6: string } {
  return shape === 'bridged'
    ? { ipv4: `10.66.0.${index + 2}`, ipv6: `fd66::${(index + 2).toString(16)}` }
    : { ipv4: `10.66.${index + 1}.2`, ipv6: `fd66:${(index + 1).toString(16)}::2` };
}

function gateway(index: number): { readonly ipv4: string; readonly ipv6: string } {
  return { ipv4: `10.66.${index + 1}.1`, ipv6: `fd66:${(index + 1).toString(16)}::1` };
}

async function forwardPackets(routerPath: string): Promise<void> {
  await runIn(routerPath, 'sysctl', ['-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1']);
}

async function connect(
  shape: Shape,
  router: { readonly netns: string; readonly path: string },
  host: Host,
  index: number,
): Promise<void> {
  const port = `port${index}`;
  const peer = ['type', 'veth', 'peer', 'name', 'eth0', 'netns', host.netns];
  await run('ip', ['link', 'add', port, 'netns', router.netns, ...peer]);
  await runIn(host.path, 'ip', ['addr', 'add', `${host.ipv4}/24`, 'dev', 'eth0']);
  // Without `nodad` an IPv6 address cannot be used for a second or two.
  await runIn(host.path, 'ip', ['-6', 'addr', 'add', `${host.ipv6}/64`, 'dev', 'eth0', 'nodad']);
  await runIn(host.path, 'ip', ['link', 'set', 'eth0', 'up']);
  if (shape === 'bridged') {
    await runIn(router.path, 'ip', ['link', 'set', port, 'master', 'br0', 'up']);
    return;
  }
  const { ipv4, ipv6 } = gateway(index);
  await runIn(router.path, 'ip', ['addr', 'add', `${ipv4}/24`, 'dev', port]);
  await runIn(router.path, 'ip', ['-6', 'addr', 'add', `${ipv6}/64`, 'dev', port, 'nodad']);
  await runIn(router.path, 'ip', ['link', 'set', port, 'up']);
  await runIn(host.path, 'ip', ['route', 'add', 'default', 'via', ipv4]);
  await runIn(host.path, 'ip', ['-6', 'route', 'add', 'default', 'via', ipv6]);
}
