import { randomUUID } from 'node:crypto';
import { release as kernelRelease, version as kernelVersion } from 'node:os';
import { NftablesError } from './error.ts';
import { IP_FAMILIES, type IpFamily, restoreXtables } from './iptables.ts';
import type { NetworkNamespace } from './network-namespace.ts';
import { connectionMark, equals, type NftCommand, or, PROTOCOL, resetTcp, type Statement } from './nft-json.ts';
import { listTable } from './nft-listing.ts';
import { runTransaction } from './transaction.ts';

export type KernelFeature = 'nativeQueue' | 'xtablesQueue' | 'conntrack' | 'connectionMarks' | 'reject';

/** What the kernel can do, and for what it cannot, what it said. */
export type KernelOffer = Readonly<Record<KernelFeature, boolean>> & {
  readonly missing: Readonly<Partial<Record<KernelFeature, string>>>;
};

const NATIVE_RULES = {
  nativeQueue: [{ queue: { num: 0, flags: 'bypass' } }],
  conntrack: [equals({ ct: { key: 'state' } }, 'new')],
  connectionMarks: [{ mangle: { key: connectionMark, value: or(connectionMark, 1) } }],
  reject: [equals({ meta: { key: 'l4proto' } }, PROTOCOL.tcp), resetTcp],
} as const satisfies Record<Exclude<KernelFeature, 'xtablesQueue'>, readonly Statement[]>;

const offers = new Map<string, Promise<KernelOffer>>();

/**
 * Asks the kernel what it offers by adding rules to scratch chains that no packet reaches, and removing them again.
 * Asked once per kernel: later calls, in whatever namespace, get the first answer.
 */
export function probe(namespace: NetworkNamespace): Promise<KernelOffer> {
  const kernel = `${kernelRelease()} ${kernelVersion()}`;
  const known = offers.get(kernel);
  if (known !== undefined) return known;
  const asked = ask(namespace);
  offers.set(kernel, asked);
  // A probe that could not be made says nothing about the kernel.
  asked.catch(() => offers.delete(kernel));
  return asked;
}

async function ask(namespace: NetworkNamespace): Promise<KernelOffer> {
  const missing: Partial<Record<KernelFeature, string>> = {};
  const scratch = `bulkhead-probe-${randomUUID().slice(0, 8)}`;
  for (const [feature, expr] of Object.entries(NATIVE_RULES) as [keyof typeof NATIVE_RULES, readonly Statement[]][]) {
    const refusal = await tryRule(namespace, scratch, expr);
    if (refusal !== undefined) missing[feature] = refusal;
  }
  const refusal = await tryXtables(namespace, scratch);
  if (refusal !== undefined) missing.xtablesQueue = refusal;
  return {
    nativeQueue: missing.nativeQueue === undefined,
    xtablesQueue: missing.xtablesQueue === undefined,
    conntrack: missing.conntrack === undefined,
    connectionMarks: missing.connectionMarks === undefined,
    reject: missing.reject === undefined,
    missing,
  };
}

/** Adds and deletes the rule in one transaction, so that it never takes effect. */
async function tryRule(namespace: NetworkNamespace, name: string, expr: readonly Statement[]) {
  const table = { family: 'inet', name };
  const chain = { family: 'inet', table: name, name: 'scratch' };
  const commands: readonly NftCommand[] = [
    { add: { table } },
    { add: { chain } },
    { add: { rule: { family: 'inet', table: name, chain: 'scratch', expr } } },
    { delete: { table } },
  ];
  return refusalOf(runTransaction(namespace, commands));
}

async function tryXtables(namespace: NetworkNamespace, scratch: string): Promise<string | undefined> {
  const chain = scratch.slice(0, 28);
  const lines = [
    '*mangle',
    `:${chain} - [0:0]`,
    `-A ${chain} -m mark --mark 1/1 -j NFQUEUE --queue-num 0 --queue-bypass`,
  ];
  const buffer = [...lines, 'COMMIT', ''].join('\n');
  for (const family of IP_FAMILIES) {
    const hadTable = (await listTable(namespace, family, 'mangle')) !== undefined;
    const refusal = await refusalOf(restoreXtables(namespace, family, buffer));
    if (refusal !== undefined) return refusal;
    await removeScratch(namespace, family, chain, hadTable);
  }
  return undefined;
}

async function removeScratch(
  namespace: NetworkNamespace,
  family: IpFamily,
  name: string,
  hadTable: boolean,
): Promise<void> {
  const chain = { family, table: 'mangle', name };
  const objects = (await listTable(namespace, family, 'mangle')) ?? [];
  // Somebody else may have begun to use the table while it was probed: then only the chain is ours.
  const isAlone = !hadTable && objects.filter((object) => 'chain' in object).length === 1;
  const commands: readonly NftCommand[] = [{ flush: { chain } }, { delete: { chain } }];
  await runTransaction(
    namespace,
    isAlone ? [...commands, { delete: { table: { family, name: 'mangle' } } }] : commands,
  );
}

async function refusalOf(attempt: Promise<unknown>): Promise<string | undefined> {
  try {
    await attempt;
    return undefined;
  } catch (error) {
    const isAnswer =
      error instanceof NftablesError && (error.code === 'TRANSACTION_REFUSED' || error.code === 'IPTABLES_FAILED');
    if (isAnswer) return error.message;
    throw error;
  }
}
