import type { Mode, WorkloadGroup } from '@bulkhead/core';
import { FLOW_DIRECTIONS, type FlowDirection, type NetworkRule, type NetworkRuleSet } from '../network/rule-set.ts';
import { ruleInWords } from '../network/words.ts';
import type { Policy } from '../policy.ts';
import { filePolicyChanges, processPolicyChanges } from './container-policy-changes.ts';
import { ruleChanges, same } from './rule-changes.ts';

/** One thing that is otherwise in another policy: for whom, and what. */
export interface PolicyDifference {
  /** A group, or a document that is about none: `group shop`, `sensor own-cards`. */
  readonly of: string;
  readonly change: string;
}

const EFFECT = {
  discover: 'nothing is denied or told of by rules',
  monitor: 'what rules deny is told of and allowed',
  protect: 'what rules deny is denied',
} as const satisfies Record<Mode, string>;

/** What changes for whom when policy `before` gives way to `after`, in words, in the order of the names. */
export function diffPolicies(before: Policy, after: Policy): readonly PolicyDifference[] {
  return [
    ...named(before.groups, after.groups).flatMap(([name, was, is]) => groupChanges(`group ${name}`, was, is)),
    ...named(before.network, after.network).flatMap(([, was, is]) => ruleSetChanges(was, is)),
    ...wholeChanges('sensor', [...before.sensors.values()], [...after.sensors.values()]),
    ...wholeChanges('admission policy', before.admission, after.admission),
    ...named(before.processes, after.processes).flatMap(([name, was, is]) =>
      processPolicyChanges(was, is).map((change) => ({ of: `process policy ${name}`, change })),
    ),
    ...named(before.files, after.files).flatMap(([name, was, is]) =>
      filePolicyChanges(was, is).map((change) => ({ of: `file policy ${name}`, change })),
    ),
    ...wholeChanges('response rule', before.responses, after.responses),
  ];
}

function groupChanges(
  of: string,
  was: WorkloadGroup | undefined,
  is: WorkloadGroup | undefined,
): readonly PolicyDifference[] {
  const say = (change: string): PolicyDifference => ({ of, change });
  if (was === undefined) return is === undefined ? [] : [say(`is new, in ${is.mode}: ${EFFECT[is.mode]}`)];
  if (is === undefined) return [say('is gone: its workloads are left to the groups that remain')];
  const [had, has] = [was.sensors, is.sensors].map((sensors) => sensors.map((binding) => JSON.stringify(binding)));
  const cut = [was.quarantine === true, is.quarantine === true];
  return [
    ...(same(was.selector, is.selector)
      ? []
      : [say(`selects by ${JSON.stringify(is.selector)} instead of ${JSON.stringify(was.selector)}`)]),
    ...(was.mode === is.mode ? [] : [say(`goes from ${was.mode} to ${is.mode}: ${EFFECT[is.mode]}`)]),
    ...(cut[0] === cut[1] ? [] : [say(cut[1] === true ? 'is cut off from everybody' : 'is no longer cut off')]),
    ...(has ?? [])
      .filter((one) => had?.includes(one) === false)
      .map((one) => say(`is looked at by sensor ${bare(one)}`)),
    ...(had ?? [])
      .filter((one) => has?.includes(one) === false)
      .map((one) => say(`is no longer looked at by sensor ${bare(one)}`)),
    ...(['hooks', 'onFailure', 'exceptions', 'capture'] as const).flatMap((key) =>
      same(was[key], is[key])
        ? []
        : [say(`has ${key} ${JSON.stringify(is[key])} instead of ${JSON.stringify(was[key])}`)],
    ),
  ];
}

function ruleSetChanges(was: NetworkRuleSet | undefined, is: NetworkRuleSet | undefined): readonly PolicyDifference[] {
  const groups = [...new Set([...(was?.groups ?? []), ...(is?.groups ?? [])])].toSorted();
  return groups.flatMap((group) => {
    const [old, now] = [was, is].map((set) => (set?.groups.includes(group) === true ? set : undefined));
    const name = (now ?? old)?.name ?? '';
    return FLOW_DIRECTIONS.flatMap((direction) =>
      directionChanges(direction, old?.[direction], now?.[direction]).map((change) => ({
        of: `group ${group}`,
        change: `${direction}, rule set ${name}: ${change}`,
      })),
    );
  });
}

function directionChanges(
  direction: FlowDirection,
  was: readonly NetworkRule[] | undefined,
  is: readonly NetworkRule[] | undefined,
): readonly string[] {
  if (is === undefined) return was === undefined ? [] : ['no longer closes it'];
  return [
    ...(was === undefined ? ['closes it but for what its rules allow'] : []),
    ...ruleChanges(was ?? [], is, (rule) => ruleInWords(rule, direction)),
  ];
}

function wholeChanges(
  kind: string,
  before: readonly { readonly name: string }[],
  after: readonly { readonly name: string }[],
): readonly PolicyDifference[] {
  return named(before, after).flatMap(([name, was, is]) => {
    const change =
      was === undefined ? 'is new' : is === undefined ? 'is gone' : same(was, is) ? undefined : 'is changed';
    return change === undefined ? [] : [{ of: `${kind} ${name}`, change }];
  });
}

function named<Value extends { readonly name: string }>(
  before: readonly Value[],
  after: readonly Value[],
): readonly (readonly [name: string, was: Value | undefined, is: Value | undefined])[] {
  const [old, now] = [before, after].map((values) => new Map(values.map((value) => [value.name, value])));
  const names = [...new Set([...before, ...after].map(({ name }) => name))].toSorted();
  return names.map((name) => [name, old?.get(name), now?.get(name)]);
}

/** A binding by name alone reads without its quotes. */
function bare(binding: string): string {
  return binding.replace(/^"(.*)"$/, '$1');
}
