import { runProgram } from './namespace-program.ts';
import type { NetworkNamespace } from './network-namespace.ts';
import { type NftObject, objectsIn } from './nft-json.ts';
import { listNames } from './transaction.ts';

/** All tables of the namespace with all that is in them. */
export function listRuleset(namespace: NetworkNamespace): Promise<readonly NftObject[]> {
  return list(namespace, ['ruleset']);
}

/** One table with its chains, rules and counters; undefined when there is no such table. */
export async function listTable(
  namespace: NetworkNamespace,
  family: string,
  name: string,
): Promise<readonly NftObject[] | undefined> {
  const tables = await listNames(namespace, 'tables', family);
  const isThere = tables.some(({ table }) => (table as { readonly name?: string } | undefined)?.name === name);
  return isThere ? await list(namespace, ['table', family, name]) : undefined;
}

/**
 * Asks the nft program, not the library: some versions end their process on some sets they read, and whoever may change
 * the rules of its own namespace could end ours so.
 */
async function list(namespace: NetworkNamespace, what: readonly string[]): Promise<readonly NftObject[]> {
  return objectsIn(await runProgram(namespace, ['nft', '--json', 'list', ...what], '', 'LISTING_FAILED'));
}
