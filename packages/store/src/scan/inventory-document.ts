import type { Inventory } from '@bulkhead/scanner';
import { z } from 'zod';
import { StoreError } from '../error.ts';

/**
 * An inventory as a document. Of the files that packages of the distribution own, only those are kept that a package
 * was found in: an image has ten thousands of the others, and judging asks for none of them.
 */
export function toDocument({ ownerByPath, ...rest }: Inventory): object {
  const owners: [string, string, string][] = [];
  for (const path of new Set(rest.packages.map(({ location }) => location.path))) {
    const owner = ownerByPath.get(path);
    if (owner !== undefined) owners.push([path, owner.type, owner.name]);
  }
  return { ...rest, owners };
}

/** The shape alone: what is in a store was written by this program from what it had checked. */
const StoredInventory = z.looseObject({
  packages: z.array(z.looseObject({ name: z.string(), version: z.string() })),
  secrets: z.array(z.looseObject({})),
  misconfigurations: z.array(z.looseObject({})),
  gaps: z.array(z.looseObject({})),
  owners: z.array(z.tuple([z.string(), z.string(), z.string()])),
});

/** Takes an inventory out of its document. */
export function fromDocument(document: unknown): Inventory {
  const parsed = StoredInventory.safeParse(document);
  if (!parsed.success) {
    throw new StoreError('STORE_CORRUPT', {
      what: 'a stored inventory cannot be read',
      why: z.prettifyError(parsed.error),
      fix: 'scan the image again',
    });
  }
  const { owners, ...rest } = document as Omit<Inventory, 'ownerByPath'> & {
    readonly owners: readonly (readonly [string, string, string])[];
  };
  return { ...rest, ownerByPath: new Map(owners.map(([path, type, name]) => [path, { type, name }])) };
}
