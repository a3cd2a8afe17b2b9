import type { CustomDictionary, CustomExactData, CustomLiteral, CustomPattern, Sensor } from '@bulkhead/core';

/** The detectors a sensor defines itself, by the key of its document they stand under. */
export interface OwnDetectors {
  readonly literals: readonly CustomLiteral[];
  readonly dictionaries: readonly CustomDictionary[];
  readonly patterns: readonly CustomPattern[];
  readonly exactData: readonly CustomExactData[];
}

export function ownDetectors({ literals, dictionaries = [], patterns = [], exactData = [] }: Sensor): OwnDetectors {
  return { literals, dictionaries, patterns, exactData };
}

/** Whether the inspector has to be asked if it accepts the sensor's own detectors: it takes any literal. */
export function mayBeRefused(sensor: Sensor): boolean {
  const { dictionaries, patterns, exactData } = ownDetectors(sensor);
  return dictionaries.length + patterns.length + exactData.length > 0;
}

/** A text that two definitions of one kind share exactly when they mean the same. Contents follow from their files. */
export function definitionOf(key: string, definition: object): string {
  const parts = Object.entries(definition).filter(([name]) => name !== 'content');
  return JSON.stringify([key, parts.toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}
