import { NftablesError } from '../error.ts';
import { buildFirewallChange, FIREWALL_PRIORITY, firewallNames } from '../firewall/build-firewall.ts';
import { ADMIT } from '../firewall/chains.ts';
import type { Firewall } from '../firewall/firewall.ts';
import { countChain } from '../firewall/flow-counts.ts';
import { IP_FAMILIES, restoreXtables } from '../iptables.ts';
import type { NetworkNamespace } from '../network-namespace.ts';
import type { NftCommand } from '../nft-json.ts';
import { listTable } from '../nft-listing.ts';
import { probe } from '../probe.ts';
import { checkTransaction, listNames, runTransaction } from '../transaction.ts';
import { BLOCKED } from './blocked.ts';
import { buildEnforcement, type PresentTable } from './build-enforcement.ts';
import { type EnforcementOptions, guardedHooks, type Hook, type QueueVia, type SteeringOptions } from './options.ts';
import { EARLY_PRIORITY, earlyChain, LATE_PRIORITY, lateChain, TABLE } from './table.ts';
import { WITHOUT_PAYLOAD_CHAINS } from './without-payload.ts';
import { buildQueueRemoval, buildQueueRules, isXtablesChain, queuedHooks, XTABLES_TABLE } from './xtables.ts';

/** How often a removal that somebody else's change to the same table made fail is planned anew. */
const REMOVAL_ATTEMPTS = 3;

const PRIORITIES: Readonly<Record<string, number>> = {
  firewall: FIREWALL_PRIORITY,
  early: EARLY_PRIORITY,
  late: LATE_PRIORITY,
};

/** Chains that are there whatever the options are. */
const OWN_CHAINS = [BLOCKED, ...WITHOUT_PAYLOAD_CHAINS];

interface Chain {
  readonly table: string;
  readonly name: string;
  readonly hook?: string;
  readonly prio?: number;
}

export interface Protection {
  /** Which of the kernel's ways to the queue was taken; absent where nothing is inspected. */
  readonly queueVia?: QueueVia;
}

/**
 * Makes a namespace steer its packets as the options say. May be called again at any time, with other options too: rules
 * change in one step, sessions go on, and verdicts that connections carry already stay.
 *
 * Does not open the queue. Calls for one namespace must not overlap. Rejects with QUEUE_UNSUPPORTED when the kernel
 * has neither way to a queue; a rejection leaves the namespace enforcing what it did before.
 */
export async function protect(
  namespace: NetworkNamespace,
  options: EnforcementOptions & { readonly queueVia?: QueueVia },
): Promise<Protection> {
  const inspects = guardedHooks(options).length > 0;
  const found = await presentTable(namespace);
  const present = await settleFirewall(namespace, options, found);
  // Where nothing is queued it does not matter which way would be taken.
  const queueVia = options.queueVia ?? (inspects ? await chooseQueue(namespace) : 'nft');
  const steering = { ...options, queueVia };
  const commands = buildEnforcement(steering, present);

  const queueHooks = queueVia === 'xtables' && options.quarantine !== true ? guardedHooks(steering) : [];
  if (queueHooks.length > 0) {
    await checkTransaction(namespace, commands);
    await addQueueRules(namespace, steering);
  }
  await runTransaction(namespace, commands);
  await removeQueueRules(namespace, queueHooks);
  await removeIdle(namespace, guardedHooks(steering), options.firewall, found.hasFirewall);
  return inspects ? { queueVia } : {};
}

/**
 * Turns the firewall that `protect` or this put into a namespace into another, in one step, and leaves all else as it is.
 * Rejects when the namespace does not hold the one said to be there; then nothing is changed.
 */
export async function changeFirewall(namespace: NetworkNamespace, before: Firewall, after: Firewall): Promise<void> {
  const commands = buildFirewallChange(before, after);
  if (commands.length > 0) await runTransaction(namespace, commands);
}

/** Removes all that `protect` made and nothing else. Does nothing where nothing was made. */
export async function release(namespace: NetworkNamespace): Promise<void> {
  // Adding it first makes the deletion valid whether or not there is such a table.
  await runTransaction(namespace, [{ add: { table: TABLE } }, { delete: { table: TABLE } }]);
  await removeQueueRules(namespace, []);
}

/** Whether a chain is there that `release` would remove. Reads names alone, which nobody's rules can make fail. */
export async function hasTraces(namespace: NetworkNamespace): Promise<boolean> {
  if ((await ourChains(namespace)).length > 0) return true;
  for (const family of IP_FAMILIES) {
    const chains = await chainsOf(namespace, { family, name: XTABLES_TABLE });
    if (chains.some(({ name }) => isXtablesChain(name))) return true;
  }
  return false;
}

async function chooseQueue(namespace: NetworkNamespace): Promise<QueueVia> {
  const offer = await probe(namespace);
  if (offer.nativeQueue) return 'nft';
  if (offer.xtablesQueue) return 'xtables';
  const reasons = [offer.missing.nativeQueue, offer.missing.xtablesQueue].filter((reason) => reason !== undefined);
  throw new NftablesError('QUEUE_UNSUPPORTED', `this kernel cannot queue packets: ${reasons.join('; ')}`);
}

/**
 * Puts the firewall into a namespace that has nothing of ours yet. What leads to the queue takes many times as long, and who may
 * talk to whom need not wait for it.
 */
async function settleFirewall(
  namespace: NetworkNamespace,
  options: EnforcementOptions,
  found: PresentTable,
): Promise<PresentTable> {
  if (found.isThere === true || options.firewall === undefined) return found;
  const firewallAlone = { ...options, hooks: [], quarantine: false, queueVia: 'nft' } as const;
  await runTransaction(namespace, buildEnforcement(firewallAlone, found));
  return presentTable(namespace);
}

/** It is another version's when its chains are not hooked where this one would hook them. */
async function presentTable(namespace: NetworkNamespace): Promise<PresentTable> {
  const chains = await ourChains(namespace);
  const isForeign = chains.some(({ name, prio, hook }) => {
    const isMisplaced = prio !== PRIORITIES[name.split('-', 1)[0] ?? ''];
    return isMisplaced || (hook !== undefined && !name.endsWith(`-${hook}`));
  });
  const has = (wanted: string): boolean => chains.some(({ name }) => name === wanted);
  const hasFirewall = has(ADMIT);
  // Firewalls of an earlier version do not count, and lack the sets.
  const isOlder = hasFirewall && !has(countChain('denied', 'input'));
  return { isThere: chains.length > 0, isForeign: isForeign || isOlder, hasFirewall };
}

/** What an earlier call made and this one did not: chains that are empty now, and sets that no rule names. */
async function removeIdle(
  namespace: NetworkNamespace,
  hooks: readonly Hook[],
  firewall: Firewall | undefined,
  hadFirewall: boolean | undefined,
): Promise<void> {
  const kept = firewall === undefined ? { chains: [], sets: [] } : firewallNames(firewall);
  const wanted = new Set([
    ...hooks.flatMap((hook) => [earlyChain(hook), lateChain(hook)]),
    ...kept.chains,
    ...OWN_CHAINS,
  ]);
  const idle = (await ourChains(namespace)).filter(({ name }) => !wanted.has(name));
  // Sets come with a firewall, and reading them takes longer than all the rest.
  if (idle.length === 0 && hadFirewall !== true) return;
  const at = { family: TABLE.family, table: TABLE.name };
  const sets = (await listTable(namespace, TABLE.family, TABLE.name)) ?? [];
  const idleSets = sets.flatMap((object) => {
    const name = 'set' in object ? (object.set as { readonly name: string }).name : undefined;
    return name === undefined || kept.sets.includes(name) ? [] : [name];
  });
  if (idle.length === 0 && idleSets.length === 0) return;
  await runTransaction(namespace, [
    ...idle.map(({ name }): NftCommand => ({ delete: { chain: { ...at, name } } })),
    ...idleSets.map((name): NftCommand => ({ delete: { set: { ...at, name } } })),
  ]);
}

function ourChains(namespace: NetworkNamespace): Promise<readonly Chain[]> {
  return chainsOf(namespace, TABLE);
}

async function chainsOf(
  namespace: NetworkNamespace,
  table: { readonly family: string; readonly name: string },
): Promise<readonly Chain[]> {
  const objects = await listNames(namespace, 'chains', table.family);
  const chains = objects.flatMap((object) => ('chain' in object ? [object.chain as unknown as Chain] : []));
  return chains.filter((chain) => chain.table === table.name);
}

/**
 * Precedes the table's own transaction: these rules match a mark that nothing sets yet, so there is no moment between. Both
 * families side by side: each takes a program, whose start is what it costs.
 */
async function addQueueRules(namespace: NetworkNamespace, options: SteeringOptions): Promise<void> {
  const tables = await Promise.all(
    IP_FAMILIES.map(async (family) => ({
      family,
      present: (await listTable(namespace, family, XTABLES_TABLE)) ?? [],
    })),
  );
  const outcomes = await Promise.allSettled(
    tables.map(({ family, present }) => restoreXtables(namespace, family, buildQueueRules(options, present))),
  );
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed === undefined) return;
  // Only once both are over: what the other one adds later would stay.
  await removeQueueRules(namespace, [...new Set(tables.flatMap(({ present }) => queuedHooks(present)))]);
  throw failed.reason;
}

async function removeQueueRules(namespace: NetworkNamespace, keep: readonly Hook[]): Promise<void> {
  for (const family of IP_FAMILIES) {
    for (let attempt = 1; ; attempt += 1) {
      const present = (await listTable(namespace, family, XTABLES_TABLE)) ?? [];
      const commands = buildQueueRemoval(family, present, keep);
      if (commands.length === 0) break;
      try {
        await runTransaction(namespace, commands);
        break;
      } catch (error) {
        const isRefused = error instanceof NftablesError && error.code === 'TRANSACTION_REFUSED';
        if (!isRefused || attempt === REMOVAL_ATTEMPTS) throw error;
      }
    }
  }
}
