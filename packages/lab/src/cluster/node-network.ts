import { runIn } from '../run.ts';

/** The node's own address; nothing but this network namespace knows it. */
export const NODE_ADDRESS = '10.99.0.1';
export const SERVICE_RANGE = '10.96.0.0/16';
/** The first address of the range: where pods find the API server. */
export const API_SERVICE = '10.96.0.1';

/** Gives the node an address and a way to services, which the kernel wants to see before rules send packets elsewhere. */
export async function makeNodeNetwork(node: string): Promise<void> {
  await runIn(node, 'ip', ['link', 'add', 'node0', 'type', 'bridge']);
  await runIn(node, 'ip', ['addr', 'add', `${NODE_ADDRESS}/24`, 'dev', 'node0']);
  await runIn(node, 'ip', ['link', 'set', 'node0', 'up']);
  await runIn(node, 'ip', ['route', 'replace', 'default', 'via', NODE_ADDRESS, 'dev', 'node0']);
  await runIn(node, 'sysctl', ['-qw', 'net.ipv4.ip_forward=1']);
}
