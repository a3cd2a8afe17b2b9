import { printable, problemText } from '@bulkhead/core';
import type { FoundStatus } from './policy-object.ts';
import type { PolicyState } from './watch-policies.ts';

/** Whether what is in force of a resource is enforced, by those who have to. */
export interface Enforcement {
  /** In a sentence: `on 3 of 4 nodes`. */
  readonly summary: string;
  /** Where it is not, and why. */
  readonly notEnforced: readonly { readonly where: string; readonly why: string }[];
  /** The same of those of its rules that name applications, where it has some: they may not be where the others are. */
  readonly applications?: Pick<Enforcement, 'summary' | 'notEnforced'>;
  /** The same of the Services that its rules are about by the groups behind them, where it names groups. */
  readonly services?: Pick<Enforcement, 'summary' | 'notEnforced'>;
}

/** More than a person reads, and few enough for an object of etcd. */
const MAX_LISTED = 100;
const MAX_MESSAGE = 2_000;

/** A `status`, as it is merged into the resource. Keys that are null are taken away. */
export interface PolicyStatus {
  readonly observedGeneration: number;
  readonly inForceGeneration: number | null;
  readonly conditions: readonly {
    readonly type: string;
    readonly status: 'True' | 'False' | 'Unknown';
    readonly reason: string;
    readonly message: string;
    readonly observedGeneration: number;
    readonly lastTransitionTime: string;
  }[];
  readonly problems: readonly { readonly path?: string; readonly message: string }[] | null;
  readonly notEnforced: readonly { readonly where: string; readonly why: string }[] | null;
}

/**
 * The status of a resource: `Accepted` says whether its last generation is valid, `Enforced` whether what is in force is enforced everywhere;
 * without an enforcement that is not known yet. `ApplicationsEnforced` says it of rules that name applications, `ServicesFollowed` of the Services in front of groups. Times of transition are those of `found` where nothing changed.
 */
export function policyStatus(
  state: PolicyState,
  {
    found = {},
    enforcement,
    now,
  }: { readonly found?: FoundStatus; readonly enforcement?: Enforcement; readonly now: number },
): PolicyStatus {
  const { generation, inForce, problems } = state;
  const condition = (type: string, said: Said): PolicyStatus['conditions'][number] => {
    const before = found.conditions?.find((one) => one.type === type);
    const kept = before?.status === said.status && before.lastTransitionTime !== '';
    return {
      type,
      ...said,
      message: printable(said.message, MAX_MESSAGE),
      observedGeneration: generation,
      lastTransitionTime: kept ? before.lastTransitionTime : timeOf(now),
    };
  };
  const listed = problems.slice(0, MAX_LISTED).map(({ path, message }) => {
    const where = problemText({ path, message: '' }).replace(/: $/, '');
    return { ...(where !== '' && { path: where }), message: printable(message, MAX_MESSAGE) };
  });
  const { applications, services } = enforcement ?? {};
  const notEnforced = [enforcement, applications, services]
    .flatMap((one) => one?.notEnforced ?? [])
    .slice(0, MAX_LISTED);
  return {
    observedGeneration: generation,
    inForceGeneration: inForce ?? null,
    conditions: [
      condition('Accepted', accepted(state)),
      condition('Enforced', enforced(state, enforcement)),
      ...(applications === undefined ? [] : [condition('ApplicationsEnforced', enforced(state, applications))]),
      ...(services === undefined ? [] : [condition('ServicesFollowed', enforced(state, services))]),
    ],
    problems: listed.length === 0 ? null : listed,
    notEnforced: notEnforced.length === 0 ? null : notEnforced,
  };
}

interface Said {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

function accepted({ generation, inForce, problems }: PolicyState): Said {
  const [first] = problems;
  if (first === undefined) return { status: 'True', reason: 'Valid', message: `generation ${generation} is valid` };
  const more = problems.length === 1 ? '' : ` (and ${problems.length - 1} more)`;
  const stays = inForce === undefined ? 'nothing of it is in force' : `generation ${inForce} stays in force`;
  return { status: 'False', reason: 'Invalid', message: `${problemText(first)}${more}; ${stays}` };
}

function enforced({ inForce }: PolicyState, enforcement: Enforcement | undefined): Said {
  if (inForce === undefined) return { status: 'False', reason: 'NotInForce', message: 'nothing of it is in force' };
  if (enforcement === undefined)
    return { status: 'Unknown', reason: 'NotReported', message: 'nobody has reported yet' };
  const [first] = enforcement.notEnforced;
  const message = `generation ${inForce}: ${enforcement.summary}`;
  if (first === undefined) return { status: 'True', reason: 'Enforced', message };
  return { status: 'False', reason: 'NotEverywhere', message: `${message}; not ${first.where}: ${first.why}` };
}

/** As Kubernetes writes times. */
function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
