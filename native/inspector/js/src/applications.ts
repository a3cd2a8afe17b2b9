import { PROTOCOLS, type Protocol } from './names.ts';
import { type ApplicationsHandle, native } from './native.ts';

/** Both ends included. */
export type AddressPair = readonly [first: string, last: string];

/** One rule of the firewall about who may talk to whom; what is absent stands for anybody or anything. */
export interface ApplicationRuleInput {
  /** Comes back with what it denies. */
  readonly id: number;
  readonly allows: boolean;
  /** Who is at the other end: disjoint ranges, those of a family in order. */
  readonly peers?: readonly AddressPair[];
  /** Ports of the end that is called. */
  readonly ports?: readonly {
    readonly protocol: 'tcp' | 'udp' | 'icmp';
    readonly first: number;
    readonly last: number;
  }[];
  /** What may be spoken, as the inspector names it; `raw` and `udp` are what no protocol explains. */
  readonly protocols?: readonly Protocol[];
}

/** Ordered rules, of which the first that holds speaks for the set. */
export interface ApplicationRuleSetInput {
  /** What it denies is told, and passes. */
  readonly tried: boolean;
  readonly rules: readonly ApplicationRuleInput[];
}

/** Flows that are opened in one direction. */
export interface ApplicationDirectionInput {
  readonly sets: readonly ApplicationRuleSetInput[];
  /** What comes back when no set that is enforced allows a flow, and when none at all does. */
  readonly closedId: number;
  readonly triedId: number;
}

/** Rules about what may be spoken with the workloads of a namespace. */
export interface ApplicationsInput {
  readonly ingress?: ApplicationDirectionInput;
  readonly egress?: ApplicationDirectionInput;
}

const IP_PROTOCOLS = { icmp: 1, tcp: 6, udp: 17 } as const;

/** Hands rules over to the addon. They are judged in order, in time that grows with their number, once or twice a session. */
export function compileApplications({ ingress, egress }: ApplicationsInput): ApplicationsHandle {
  return native().createApplications({
    ...(ingress !== undefined && { ingress: flatten(ingress) }),
    ...(egress !== undefined && { egress: flatten(egress) }),
  });
}

function flatten({ sets, closedId, triedId }: ApplicationDirectionInput): object {
  return {
    closedId,
    triedId,
    sets: sets.map(({ tried, rules }) => ({
      tried,
      rules: rules.map(({ id, allows, peers, ports, protocols }) => ({
        id,
        allows,
        ...(peers !== undefined && { peers: peers.flat() }),
        ...(ports !== undefined && {
          ports: ports.flatMap(({ protocol, first, last }) => [IP_PROTOCOLS[protocol], first, last]),
        }),
        ...(protocols !== undefined && { protocols: protocols.map((protocol) => PROTOCOLS.indexOf(protocol)) }),
      })),
    })),
  };
}
