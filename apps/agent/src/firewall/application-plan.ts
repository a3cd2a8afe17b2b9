import type {
  ApplicationDirectionInput,
  ApplicationRuleInput,
  ApplicationRuleSetInput,
  ApplicationsInput,
  Protocol,
} from '@bulkhead/inspector';
import {
  APPLICATION_PROTOCOLS,
  addressRanges,
  type BoundDocuments,
  FLOW_DIRECTIONS,
  type FlowDirection,
  type NetworkRule,
  type NetworkRuleSet,
  type PortRange,
  type ServiceAddress,
  type ServiceMatch,
  serviceMatches,
  UNKNOWN_PROTOCOLS,
  type UnfollowedServices,
  unfollowedMatch,
} from '@bulkhead/policy';
import type { PeerAddresses, RuleName } from './firewall-plan.ts';

/** What may be spoken with the workloads of a namespace, and what the ids of rules stand for. */
export interface ApplicationPlan {
  readonly rules: ApplicationsInput;
  /** By id. */
  readonly names: readonly RuleName[];
}

/**
 * What the inspector has to know to judge what is spoken as the policy has it: all rules of a direction in which one names
 * applications, since the first that holds decides. Nothing where none does.
 */
export function planApplications(
  { enforced, tried }: BoundDocuments<NetworkRuleSet>,
  addressesOf: PeerAddresses,
  services: readonly ServiceAddress[] = [],
  unfollowed: readonly UnfollowedServices[] = [],
): ApplicationPlan | undefined {
  const names: RuleName[] = [];
  const rules: { -readonly [Direction in FlowDirection]?: ApplicationDirectionInput } = {};
  for (const direction of FLOW_DIRECTIONS) {
    const speaking = (sets: readonly NetworkRuleSet[]) => sets.filter((set) => set[direction] !== undefined);
    const [hard, soft] = [speaking(enforced), speaking(tried)];
    const all = [...hard, ...soft];
    if (!all.some((set) => set[direction]?.some(({ applications }) => applications !== undefined))) continue;
    const name = (rule: RuleName): number => names.push(rule) - 1;
    const closed = (sets: readonly NetworkRuleSet[]): number =>
      name({ direction, ruleSets: sets.map((set) => set.name) });
    rules[direction] = {
      sets: all.map(
        (set): ApplicationRuleSetInput => ({
          tried: soft.includes(set),
          rules: (set[direction] ?? []).flatMap((rule) => {
            const id = name({ direction, ruleSets: [set.name], rule: rule.name });
            const input = ruleInput(rule, id, set.unknownApplication === 'allow', addressesOf);
            const also =
              direction === 'egress' ? [...serviceMatches(rule, services), ...othersOf(rule, unfollowed)] : [];
            return [input, ...also.map((match) => ({ ...input, ...placesOf(match.addresses, match.ports) }))];
          }),
        }),
      ),
      closedId: closed(hard),
      triedId: closed(soft),
    };
  }
  return names.length === 0 ? undefined : { rules, names };
}

function othersOf(rule: NetworkRule, unfollowed: readonly UnfollowedServices[]): readonly ServiceMatch[] {
  const match = unfollowedMatch(rule, unfollowed);
  return match === undefined ? [] : [match];
}

function ruleInput(
  { action, peers, ports, applications }: NetworkRule,
  id: number,
  allowsUnknown: boolean,
  addressesOf: PeerAddresses,
): ApplicationRuleInput {
  const allows = action === 'allow';
  const known = applications?.flatMap((one): readonly Protocol[] => APPLICATION_PROTOCOLS[one]);
  return {
    id,
    allows,
    ...placesOf(peers?.flatMap(addressesOf), ports),
    ...(known !== undefined && {
      protocols: [...new Set([...known, ...(allows && allowsUnknown ? UNKNOWN_PROTOCOLS : [])])],
    }),
  };
}

function placesOf(
  addresses: readonly string[] | undefined,
  ports: readonly PortRange[] | undefined,
): Pick<ApplicationRuleInput, 'peers' | 'ports'> {
  const ranges = addresses === undefined ? undefined : addressRanges(addresses);
  return {
    ...(ranges !== undefined && { peers: [...ranges.ipv4, ...ranges.ipv6] }),
    ...(ports !== undefined && {
      ports: ports.map(({ protocol, ports: range = { first: 0, last: MAX_PORT } }) => ({
        protocol,
        first: range.first,
        last: range.last,
      })),
    }),
  };
}

const MAX_PORT = 65_535;
