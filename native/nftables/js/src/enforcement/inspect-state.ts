import { firewallChain } from '../firewall/build-firewall.ts';
import { IP_FAMILIES, saveXtables } from '../iptables.ts';
import type { NetworkNamespace } from '../network-namespace.ts';
import type { NftObject } from '../nft-json.ts';
import { listTable } from '../nft-listing.ts';
import { HOOKS, type Hook, type OnFailure, type QueueVia } from './options.ts';
import { COUNTERS, type CounterName, earlyChain, lateChain, TABLE } from './table.ts';
import { queuedHooks, XTABLES_CHAIN, XTABLES_TABLE } from './xtables.ts';

export interface Count {
  readonly packets: number;
  readonly bytes: number;
}

/** What the kernel really does in a namespace, read from its rules. */
export type EnforcementState =
  | { readonly status: 'absent' }
  /** Nothing is inspected there, but a firewall judges who may talk to whom. */
  | { readonly status: 'filtered'; readonly counters: Readonly<Record<CounterName, Count>> }
  | { readonly status: 'quarantined'; readonly counters: Readonly<Record<CounterName, Count>> }
  | {
      /** `damaged` means that rules of ours are there but not all: marked packets may not reach the queue. */
      readonly status: 'enforced' | 'damaged';
      readonly hooks: readonly Hook[];
      readonly queueVia: QueueVia;
      readonly queues?: readonly [first: number, last: number];
      readonly onFailure: OnFailure;
      readonly counters: Readonly<Record<CounterName, Count>>;
    };

/** Reads the rules of a namespace. Changes nothing. */
export async function inspectState(namespace: NetworkNamespace): Promise<EnforcementState> {
  const table = await listTable(namespace, TABLE.family, TABLE.name);
  if (table === undefined) return { status: 'absent' };

  const counters = readCounters(table);
  const statements = statementsByChain(table);
  const hooks = HOOKS.filter((hook) => statements.has(earlyChain(hook)));
  const early = hooks.flatMap((hook) => statements.get(earlyChain(hook)) ?? []);
  if (early.some((statement) => statement.counter === 'quarantined')) return { status: 'quarantined', counters };

  const isFiltered = (['input', 'output'] as const).some((hook) => statements.has(firewallChain(hook)));
  if (hooks.length === 0 && isFiltered) return { status: 'filtered', counters };

  const onFailure = hooks.some((hook) => statements.get(lateChain(hook))?.some((s) => 'drop' in s)) ? 'closed' : 'open';
  const native = early.find((statement) => 'queue' in statement);
  const queueVia = native === undefined ? 'xtables' : 'nft';
  const queues = native === undefined ? await xtablesQueues(namespace, hooks) : nativeQueues(native);
  const hasLate = hooks.length > 0 && hooks.every((hook) => statements.has(lateChain(hook)));
  const queued = native !== undefined || (await areQueued(namespace, hooks));
  const status = hasLate && queued && queues !== undefined ? 'enforced' : 'damaged';
  return { status, hooks, queueVia, ...(queues === undefined ? {} : { queues }), onFailure, counters };
}

/** Whether every packet that must be inspected is led to a queue, if there is any, or all are stopped by quarantine. */
export async function isEnforced(namespace: NetworkNamespace): Promise<boolean> {
  const { status } = await inspectState(namespace);
  return status === 'enforced' || status === 'quarantined' || status === 'filtered';
}

function readCounters(table: readonly NftObject[]): Record<CounterName, Count> {
  const counts = new Map<string, Count>();
  for (const object of table) {
    if (!('counter' in object)) continue;
    const { name, packets, bytes } = object.counter as unknown as Count & { name: string };
    counts.set(name, { packets, bytes });
  }
  const entries = COUNTERS.map((name) => [name, counts.get(name) ?? { packets: 0, bytes: 0 }] as const);
  return Object.fromEntries(entries) as Record<CounterName, Count>;
}

function statementsByChain(table: readonly NftObject[]): ReadonlyMap<string, readonly NftObject[]> {
  const chains = new Map<string, NftObject[]>();
  for (const object of table) {
    if (!('rule' in object)) continue;
    const { chain, expr } = object.rule as unknown as { chain: string; expr: readonly NftObject[] };
    chains.set(chain, [...(chains.get(chain) ?? []), ...expr]);
  }
  return chains;
}

function nativeQueues(statement: NftObject): readonly [number, number] | undefined {
  const { num } = statement.queue as unknown as { num: number | { range: [number, number] } };
  return typeof num === 'number' ? [num, num] : num.range;
}

async function areQueued(namespace: NetworkNamespace, hooks: readonly Hook[]): Promise<boolean> {
  for (const family of IP_FAMILIES) {
    const queued = queuedHooks((await listTable(namespace, family, XTABLES_TABLE)) ?? []);
    if (!hooks.every((hook) => queued.includes(hook))) return false;
  }
  return true;
}

/** nft cannot show the parameters of an xtables target, so iptables is asked. */
async function xtablesQueues(
  namespace: NetworkNamespace,
  hooks: readonly Hook[],
): Promise<readonly [number, number] | undefined> {
  const first = hooks[0];
  if (first === undefined) return undefined;
  const rules = await saveXtables(namespace, 'ip', XTABLES_TABLE);
  const rule = rules.find((line) => line.startsWith(`-A ${XTABLES_CHAIN[first]} `));
  const found = /--queue-(?:num|balance) (\d+)(?::(\d+))?/.exec(rule ?? '');
  if (found === null) return undefined;
  return [Number(found[1]), Number(found[2] ?? found[1])];
}
