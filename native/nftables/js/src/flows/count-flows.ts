import { NftablesError } from '../error.ts';
import { forgetDenied } from '../firewall/flow-counts.ts';
import type { NetworkNamespace } from '../network-namespace.ts';
import { listNames, runText, runTransaction } from '../transaction.ts';
import { buildCounting, buildEmptying } from './build-counting.ts';
import { FLOW_TABLE } from './flow-sets.ts';

/** Makes a namespace count its flows. May be called again at any time: what was counted stays. Interrupts nothing. */
export async function countFlows(namespace: NetworkNamespace): Promise<void> {
  try {
    await runText(namespace, buildCounting());
  } catch (error) {
    if (!(error instanceof NftablesError && error.code === 'TRANSACTION_REFUSED')) throw error;
    // Another version's sets, or somebody else's: what they counted is lost.
    await stopCountingFlows(namespace);
    await runText(namespace, buildCounting());
  }
}

/** Removes all that `countFlows` made. Does nothing where nothing was made. */
export function stopCountingFlows(namespace: NetworkNamespace): Promise<void> {
  // Adding it first makes the deletion valid whether or not there is such a table.
  return runTransaction(namespace, [{ add: { table: FLOW_TABLE } }, { delete: { table: FLOW_TABLE } }]);
}

/** Forgets what was counted of flows, and counts on. */
export async function emptyFlows(namespace: NetworkNamespace): Promise<void> {
  await runText(namespace, buildEmptying());
  try {
    await runTransaction(namespace, forgetDenied);
  } catch (error) {
    // There is no firewall, or none that counts.
    if (!(error instanceof NftablesError && error.code === 'TRANSACTION_REFUSED')) throw error;
  }
}

/** Whether something is there that `stopCountingFlows` would remove. */
export async function countsFlows(namespace: NetworkNamespace): Promise<boolean> {
  const tables = await listNames(namespace, 'tables', FLOW_TABLE.family);
  return tables.some(({ table }) => (table as { readonly name?: string } | undefined)?.name === FLOW_TABLE.name);
}
