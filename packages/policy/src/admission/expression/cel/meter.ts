import { type CelEnv, type CelFunc, type CelList, type CelValue, celList, isCelList } from '@bufbuild/cel';
import type { StepBudget } from '../language.ts';
import { costOf } from './cost.ts';
import type { Pattern } from './pattern.ts';
import { PATTERN, RANGE, TICK } from './prepare.ts';

/** Ends an evaluation that takes more steps than it has. Thrown, so that no operator of the language can go on after it. */
export class BudgetSpent extends Error {
  override name = 'BudgetSpent';

  constructor() {
    super('takes more steps than an expression may');
  }
}

/** The budget of the evaluation that runs: there is one at a time. */
export interface Meter {
  budget: StepBudget;
}

/** Items of lists that are copied in about the time of one step. */
const ITEMS = 8;

type Group = NonNullable<ReturnType<CelEnv['funcs']['find']>>;
type Call = Group['call'];

/** The environment `env` with functions that take steps from the meter before they work, and those that `prepare` put into expressions. */
export function metered(env: CelEnv, patterns: readonly Pattern[], meter: Meter): CelEnv {
  const spend = (steps: number): void => {
    meter.budget.left -= Math.max(steps, 1);
    if (meter.budget.left < 0) throw new BudgetSpent();
  };
  const find = (name: string): Group | undefined => {
    const call = ownCall(name, patterns, spend) ?? libraryCall(env.funcs.find(name), spend);
    return call === undefined ? undefined : { name, call, *[Symbol.iterator](): IterableIterator<CelFunc> {} };
  };
  const funcs: Pick<CelEnv['funcs'], 'find'> = { find };
  return Object.create(env, { funcs: { value: funcs } }) as CelEnv;
}

function ownCall(name: string, patterns: readonly Pattern[], spend: (steps: number) => void): Call | undefined {
  if (name.startsWith(TICK)) {
    const steps = Number(name.slice(TICK.length));
    return (_id, _target, [value = null]) => {
      spend(steps);
      return value;
    };
  }
  if (name === RANGE) {
    return (_id, _target, [value = null]) => {
      // The library copies what is iterated over, also where the first item ends it.
      if (typeof value === 'object' && value !== null && 'size' in value) spend(value.size / 4);
      return value;
    };
  }
  const pattern = name.startsWith(PATTERN) ? patterns[Number(name.slice(PATTERN.length))] : undefined;
  if (pattern === undefined) return undefined;
  return (_id, target) => {
    if (typeof target !== 'string') return undefined;
    spend(pattern.stepsFor(target.length));
    return pattern.test(target);
  };
}

function libraryCall(group: Group | undefined, spend: (steps: number) => void): Call | undefined {
  if (group === undefined) return undefined;
  return (id, target, args) => {
    const [left, right] = args;
    if (group.name === '_+_' && isCelList(left) && isCelList(right)) {
      spend((left.size + right.size) / ITEMS);
      return joined(left, right);
    }
    costOf(group.name, target === undefined ? args : [target, ...args], spend);
    return group.call(id, target, args);
  };
}

/** What lists that were put together consist of. The library nests them instead, and walks down to every item. */
const itemsOf = new WeakMap<CelList, readonly CelValue[]>();

function joined(left: CelList, right: CelList): CelList {
  const items = [...(itemsOf.get(left) ?? left), ...(itemsOf.get(right) ?? right)];
  const list = celList(items);
  itemsOf.set(list, items);
  return list;
}
