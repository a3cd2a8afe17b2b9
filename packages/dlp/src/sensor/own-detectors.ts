import type { CustomDictionary, CustomLiteral, CustomPattern, Sensor } from '@bulkhead/core';

/** The detectors a sensor defines itself, by the key of its document they stand under. */
export interface OwnDetectors {
  readonly literals: readonly CustomLiteral[];
  readonly dictionaries: readonly CustomDictionary[];
  readonly patterns: readonly CustomPattern[];
}

export function ownDetectors({ literals, dictionaries = [], patterns = [] }: Sensor): OwnDetectors {
  return { literals, dictionaries, patterns };
}

/** A text that two definitions of one kind share exactly when they mean the same. */
export function definitionOf(key: string, definition: object): string {
  return JSON.stringify([key, Object.entries(definition).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}
