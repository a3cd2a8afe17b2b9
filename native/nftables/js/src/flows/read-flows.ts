import { addon } from '../addon.ts';
import { TABLE } from '../enforcement/table.ts';
import { ERROR_CODES, NftablesError } from '../error.ts';
import { type NetworkNamespace, namespacePath } from '../network-namespace.ts';
import { FLOW_SETS, FLOW_TABLE, NOT_COUNTED } from './flow-sets.ts';
import { type FlowCount, packetsOf, type TakenRecords, takeRecords } from './take-records.ts';

export interface FlowReading {
  readonly counts: readonly FlowCount[];
  /** Packets that found no room, since the namespace counts. */
  readonly notCounted: number;
  /** For the next reading: of each set what was in it. */
  readonly taken?: readonly (TakenRecords | undefined)[];
}

const NAMES = [
  ...FLOW_SETS.map(({ table, set }) => [table, set]),
  [FLOW_TABLE.name, NOT_COUNTED],
  [TABLE.name, NOT_COUNTED],
].flat();

/**
 * Reads what a namespace has counted; undefined where it does not count. Changes nothing. With the reading before it costs a fraction,
 * and what has counted nothing since is the same object.
 */
export async function readFlows(namespace: NetworkNamespace, before?: FlowReading): Promise<FlowReading | undefined> {
  const path = namespacePath(namespace);
  const { outcome, error, sets } = await addon().readSets(path, ...NAMES);
  if (outcome !== 'done') throw new NftablesError(ERROR_CODES[outcome], `${path}: ${error}`);
  const [rest, denied] = sets.slice(FLOW_SETS.length);
  if (rest === undefined) return undefined;
  const taken = FLOW_SETS.map((set, index) => {
    const records = sets[index];
    return records === undefined ? undefined : takeRecords(set, records, before?.taken?.[index]);
  });
  return {
    counts: taken.flatMap((one) => one?.counts ?? []),
    notCounted: packetsOf(rest) + packetsOf(denied),
    taken,
  };
}
