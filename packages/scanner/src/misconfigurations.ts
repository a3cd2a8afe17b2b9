import type { MisconfigurationFinding } from './finding/finding.ts';
import type { Inventory } from './image/inventory.ts';
import type { MisconfigurationRule } from './misconfiguration/rule.ts';
import type { Reader } from './reader/reader.ts';

// The rules are loaded when they are asked for: most scans look for none.

/** Readers that look for misconfigurations in Dockerfiles and Kubernetes manifests. */
export async function misconfigurationReaders(): Promise<readonly Reader[]> {
  return (await import('./misconfiguration/catalogue.ts')).MISCONFIGURATION_READERS;
}

/** Every rule, in the order of the reference page. */
export async function misconfigurationRules(): Promise<readonly MisconfigurationRule[]> {
  return (await import('./misconfiguration/catalogue.ts')).MISCONFIGURATION_RULES;
}

/** The misconfigurations of an inventory with what the catalogue says about each. */
export async function misconfigurationFindings(
  inventory: Pick<Inventory, 'misconfigurations'>,
): Promise<readonly MisconfigurationFinding[]> {
  if (inventory.misconfigurations.length === 0) return [];
  return (await import('./misconfiguration/catalogue.ts')).misconfigurationFindings(inventory);
}
