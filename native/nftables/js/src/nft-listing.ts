import { runProgram } from './namespace-program.ts';
import type { NetworkNamespace } from './network-namespace.ts';
import { type NftObject, objectsIn } from './nft-json.ts';
import { listNames } from './transaction.ts';

/** All tables of the namespace with all that is in them. */
export function listRuleset(namespace: NetworkNamespace): Promise<readonly NftObject[]> {
  return list(namespace, ['list', 'ruleset']);
}

/**
 * One table with its chains, rules and counters, and the names of its sets; undefined when there is no such table. What sets hold is
 * left out: those that rules add to may hold more than a listing has room for.
 */
export async function listTable(
  namespace: NetworkNamespace,
  family: string,
  name: string,
): Promise<readonly NftObject[] | undefined> {
  const tables = await listNames(namespace, 'tables', family);
  const isThere = tables.some(({ table }) => (table as { readonly name?: string } | undefined)?.name === name);
  return isThere ? await list(namespace, ['--terse', 'list', 'table', family, name]) : undefined;
}

/**
 * Asks the nft program, not the library: some versions end their process on some sets they read, and whoever may change
 * the rules of its own namespace could end ours so.
 */
async function list(namespace: NetworkNamespace, words: readonly string[]): Promise<readonly NftObject[]> {
  return objectsIn(await runProgram(namespace, ['nft', '--json', ...words], '', 'LISTING_FAILED'));
}
