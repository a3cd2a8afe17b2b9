import type { PolicyDocument } from '../compile/snapshot.ts';
import type { LearntDocument } from './learnt.ts';

/** A policy's documents with those that were learnt, which take the place of their like. */
export function withLearnt(
  documents: readonly PolicyDocument[],
  learnt: readonly LearntDocument[],
): readonly PolicyDocument[] {
  const keyOf = ({ kind, metadata }: PolicyDocument): string => `${kind}/${metadata.name}`;
  const added = learnt.map(({ document }) => document);
  const names = new Set(added.map(keyOf));
  return [...documents.filter((one) => !names.has(keyOf(one))), ...added];
}
