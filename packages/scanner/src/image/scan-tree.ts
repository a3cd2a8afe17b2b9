import type { Reader } from '../reader/reader.ts';
import { assembleInventory } from './assemble-inventory.ts';
import type { Inventory } from './inventory.ts';
import { LayerReading } from './layer-reading.ts';
import { LayeredView } from './layered-view.ts';
import type { EntryVisitor, TreeRead, TreeSource } from './ports.ts';

export interface TreeScan {
  readonly inventory: Inventory;
  /** Files and links seen, and what was read of them. */
  readonly read: Omit<TreeRead, 'gaps'>;
  readonly phases: readonly { readonly name: string; readonly ms: number }[];
}

export interface TreeScanOptions {
  readonly signal?: AbortSignal;
  /** Told now and then how many files and links have been seen so far. */
  readonly onFiles?: (files: number) => void;
}

/** Reads a folder or a machine's root through the readers. Whatever could not be looked at is a gap of the inventory. */
export async function scanTree(
  source: TreeSource,
  readers: readonly Reader[],
  options: TreeScanOptions = {},
): Promise<TreeScan> {
  const started = performance.now();
  const reading = new LayerReading(readers, undefined, true);
  const { gaps, ...read } = await source.visitTree(
    counting(reading, options.onFiles),
    options.signal ?? new AbortController().signal,
  );
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

/** Telling it for each of a million files costs as much as some of them. */
const FILES_PER_CALL = 64;

function counting(visitor: EntryVisitor, onFiles: TreeScanOptions['onFiles']): EntryVisitor {
  if (onFiles === undefined) return visitor;
  let files = 0;
  return {
    folder: (path) => visitor.folder(path),
    whiteout: (path, kind) => visitor.whiteout(path, kind),
    file: (entry) => {
      files += 1;
      if (files % FILES_PER_CALL === 0) onFiles(files);
      return visitor.file(entry);
    },
  };
}
