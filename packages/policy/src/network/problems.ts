import type { LoadedDocuments } from '../document/load.ts';
import type { PolicyProblem } from '../document/problem.ts';
import { workloadGroupKind } from '../group/kind.ts';
import { networkRuleSetKind } from './kind.ts';
import { cutLifelines } from './lifelines.ts';
import { FLOW_DIRECTIONS } from './rule-set.ts';

/** What is wrong with rule sets only beside the other documents: peers that are not there, and lifelines that are cut. */
export function networkProblems(documents: LoadedDocuments): readonly PolicyProblem[] {
  const ruleSets = documents.of(networkRuleSetKind);
  const known = new Set(documents.of(workloadGroupKind).map((document) => document.name));
  const unknown = ruleSets.flatMap((document) => {
    const { value } = document;
    if (value === undefined) return [];
    const missing = (name: string, ...path: readonly (string | number)[]): PolicyProblem[] =>
      known.has(name) ? [] : [document.problem(['spec', ...path], `unknown group ${JSON.stringify(name)}`)];
    return FLOW_DIRECTIONS.flatMap((direction) =>
      (value[direction] ?? []).flatMap((rule, index) =>
        (rule.peers ?? []).flatMap((peer, position) =>
          peer.kind === 'group' ? missing(peer.name, direction, index, 'peers', position) : [],
        ),
      ),
    );
  });

  const cut = cutLifelines(
    documents.of(workloadGroupKind).flatMap(({ value }) => value ?? []),
    ruleSets.flatMap(({ value }) => value ?? []),
  );
  return [
    ...unknown,
    ...cut.flatMap(
      ({ ruleSet, path, message }) => ruleSets.find(({ value }) => value === ruleSet)?.problem(path, message) ?? [],
    ),
  ];
}
