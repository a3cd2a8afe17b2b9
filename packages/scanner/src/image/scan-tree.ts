import type { Reader } from '../reader/reader.ts';
import { assembleInventory } from './assemble-inventory.ts';
import type { Inventory } from './inventory.ts';
import { LayerReading } from './layer-reading.ts';
import { LayeredView } from './layered-view.ts';
import type { TreeRead, TreeSource } from './ports.ts';

export interface TreeScan {
  readonly inventory: Inventory;
  /** Files and links seen, and what was read of them. */
  readonly read: Omit<TreeRead, 'gaps'>;
  readonly phases: readonly { readonly name: string; readonly ms: number }[];
}

/** Reads a folder or a machine's root through the readers. Whatever could not be looked at is a gap of the inventory. */
export async function scanTree(
  source: TreeSource,
  readers: readonly Reader[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<TreeScan> {
  const started = performance.now();
  const reading = new LayerReading(readers, undefined, true);
  const { gaps, ...read } = await source.visitTree(reading, options.signal ?? new AbortController().signal);
  const walked = performance.now();
  const view = new LayeredView();
  const report = reading.report('');
  view.apply({ ...report, gaps: [...report.gaps, ...gaps] });
  const inventory = assembleInventory(view, false);
  const phases = [
    { name: 'walk', ms: walked - started },
    { name: 'assemble', ms: performance.now() - walked },
  ];
  return { inventory, read, phases };
}
