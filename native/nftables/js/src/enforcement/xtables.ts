import type { IpFamily } from '../iptables.ts';
import type { NftCommand, NftObject } from '../nft-json.ts';
import { MARK } from './marks.ts';
import { guardedHooks, HOOKS, type Hook, queueRange, type SteeringOptions } from './options.ts';

/** xtables' name of the table that its queue rules live in. */
export const XTABLES_TABLE = 'mangle';

const BUILT_IN = { input: 'INPUT', output: 'OUTPUT', forward: 'FORWARD' } as const satisfies Record<Hook, string>;

export const XTABLES_CHAIN = {
  input: 'BULKHEAD-IN',
  output: 'BULKHEAD-OUT',
  forward: 'BULKHEAD-FWD',
} as const satisfies Record<Hook, string>;

const OURS: readonly string[] = Object.values(XTABLES_CHAIN);

export const isXtablesChain = (name: string): boolean => OURS.includes(name);

interface Chain {
  readonly name: string;
  readonly hook?: Hook | 'prerouting' | 'postrouting';
  readonly policy?: string;
}

interface Rule {
  readonly chain: string;
  readonly handle: number;
  readonly expr: readonly NftObject[];
}

/**
 * What iptables-restore must read so that marked packets go to the queue at these hooks: a chain of ours per hook, filled
 * anew, and a jump to it as the first rule of the built-in chain. `present` is the table as it is now.
 */
export function buildQueueRules(options: SteeringOptions, present: readonly NftObject[]): string {
  const [first, last] = queueRange(options);
  const target = first === last ? `--queue-num ${first}` : `--queue-balance ${first}:${last}`;
  const bypass = options.onFailure === 'open' ? ' --queue-bypass' : '';
  const lines = guardedHooks(options).flatMap((hook) => {
    const chain = XTABLES_CHAIN[hook];
    const mark = `0x${MARK.inspect.toString(16)}`;
    return [
      `:${chain} - [0:0]`,
      `-A ${chain} -m mark --mark ${mark}/${mark} -j NFQUEUE ${target}${bypass}`,
      ...(jumpsFirst(present, hook) ? [] : moveJumpFirst(present, hook)),
    ];
  });
  return [`*${XTABLES_TABLE}`, ...lines, 'COMMIT', ''].join('\n');
}

/**
 * The commands that take our chains off the given table again but for those of the hooks in `keep`, and the built-in
 * chains and the table itself with them when they would do nothing any more. Empty when there is nothing to do.
 */
export function buildQueueRemoval(
  family: IpFamily,
  present: readonly NftObject[],
  keep: readonly Hook[],
): readonly NftCommand[] {
  const kept: readonly string[] = keep.map((hook) => XTABLES_CHAIN[hook]);
  const gone = (name: string | undefined) => name !== undefined && OURS.includes(name) && !kept.includes(name);
  const chains = chainsOf(present);
  const removed = chains.filter((chain) => gone(chain.name));
  if (removed.length === 0) return [];

  const at = { family, table: XTABLES_TABLE };
  const jumps = rulesOf(present).filter((rule) => gone(jumpTarget(rule)));
  const commands: NftCommand[] = [
    ...jumps.map((rule): NftCommand => ({ delete: { rule: { ...at, chain: rule.chain, handle: rule.handle } } })),
    ...removed.map(({ name }): NftCommand => ({ flush: { chain: { ...at, name } } })),
    ...removed.map(({ name }): NftCommand => ({ delete: { chain: { ...at, name } } })),
  ];
  if (!isIdleWithout(present, gone)) return commands;
  return [
    ...commands,
    // The kernel refuses to delete a chain with rules, and so this transaction, should somebody add one meanwhile.
    ...chains
      .filter((chain) => !gone(chain.name))
      .map(({ name }): NftCommand => ({ delete: { chain: { ...at, name } } })),
    { delete: { table: { family, name: XTABLES_TABLE } } },
  ];
}

/** The hooks at which our chain is filled and is the first thing to be jumped to. */
export function queuedHooks(present: readonly NftObject[]): readonly Hook[] {
  const isFilled = (hook: Hook) => rulesOf(present).some((rule) => rule.chain === XTABLES_CHAIN[hook]);
  return HOOKS.filter((hook) => jumpsFirst(present, hook) && isFilled(hook));
}

function jumpsFirst(present: readonly NftObject[], hook: Hook): boolean {
  const first = rulesOf(present).find((rule) => rule.chain === BUILT_IN[hook]);
  return first !== undefined && jumpTarget(first) === XTABLES_CHAIN[hook];
}

function moveJumpFirst(present: readonly NftObject[], hook: Hook): readonly string[] {
  const ours = rulesOf(present).filter((rule) => jumpTarget(rule) === XTABLES_CHAIN[hook]);
  const rule = `-j ${XTABLES_CHAIN[hook]}`;
  return [...ours.map(({ chain }) => `-D ${chain} ${rule}`), `-I ${BUILT_IN[hook]} 1 ${rule}`];
}

function isIdleWithout(present: readonly NftObject[], gone: (name: string | undefined) => boolean): boolean {
  const others = rulesOf(present).filter((rule) => !gone(rule.chain) && !gone(jumpTarget(rule)));
  const builtIn = chainsOf(present).filter((chain) => !gone(chain.name));
  const isPlain = present.every((object) => 'table' in object || 'chain' in object || 'rule' in object);
  return (
    isPlain && others.length === 0 && builtIn.every(({ hook, policy }) => hook !== undefined && policy === 'accept')
  );
}

function jumpTarget(rule: Rule): string | undefined {
  for (const statement of rule.expr) {
    if ('jump' in statement) return (statement.jump as { target: string }).target;
  }
  return undefined;
}

function chainsOf(objects: readonly NftObject[]): readonly Chain[] {
  return objects.flatMap((object) => ('chain' in object ? [object.chain as unknown as Chain] : []));
}

function rulesOf(objects: readonly NftObject[]): readonly Rule[] {
  return objects.flatMap((object) => ('rule' in object ? [object.rule as unknown as Rule] : []));
}
