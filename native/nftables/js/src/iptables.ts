import { runProgram } from './namespace-program.ts';
import type { NetworkNamespace } from './network-namespace.ts';

export type IpFamily = 'ip' | 'ip6';

export const IP_FAMILIES: readonly IpFamily[] = ['ip', 'ip6'];

const TOOL = { ip: 'iptables-nft', ip6: 'ip6tables-nft' } as const satisfies Record<IpFamily, string>;

/** Applies a buffer in iptables-restore's language as one transaction, leaving all that it does not mention. */
export async function restoreXtables(namespace: NetworkNamespace, family: IpFamily, buffer: string): Promise<void> {
  await runProgram(namespace, [`${TOOL[family]}-restore`, '--noflush'], buffer, 'IPTABLES_FAILED');
}

/**
 * The rules of one xtables table as iptables-save prints them, one per line; it shows the built-in chains whether or not
 * they are there.
 */
export async function saveXtables(
  namespace: NetworkNamespace,
  family: IpFamily,
  table: string,
): Promise<readonly string[]> {
  const output = await runProgram(namespace, [`${TOOL[family]}-save`, '-t', table], '', 'IPTABLES_FAILED');
  return output.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}
