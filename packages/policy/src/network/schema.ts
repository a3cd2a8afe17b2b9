import { API_VERSION, isName } from '@bulkhead/core';
import { z } from 'zod';
import { name } from '../group/schema.ts';
import { readPrefix } from './address.ts';
import { APPLICATIONS } from './application.ts';
import { isDomain } from './domain.ts';
import { NODE_PEER, RULE_ACTIONS } from './rule-set.ts';

/** Bounds of what is written by hand or by a generator, so that one document never costs a node much. */
const MAX_RULES = 2_000;
const MAX_PEERS = 256;
const MAX_PORTS = 64;
const MAX_GROUPS = 64;
const MAX_PORT = 65_535;

const PORTS = /^(?:(\d{1,5})(?:-(\d{1,5}))?(?:\/(?:tcp|udp))?|tcp|udp|icmp)$/;
const PORTS_EXPECTED =
  'must be a port of TCP, such as 80, a text such as "53/udp" or "8000-8100" or "8000-8100/udp", or "tcp", "udp" or "icmp"';

const ports = z.union([z.number(), z.string()], { error: PORTS_EXPECTED }).refine(arePorts, PORTS_EXPECTED);

function arePorts(written: number | string): boolean {
  const read = PORTS.exec(typeof written === 'number' ? `${written}/tcp` : written);
  if (read === null) return false;
  const [, first, last = first] = read;
  return first === undefined || (Number(first) >= 1 && Number(first) <= Number(last) && Number(last) <= MAX_PORT);
}

const peer = z
  .string()
  .refine(
    (text) => text === NODE_PEER || isName(text) || readPrefix(text) !== undefined || isDomain(text),
    `must be the name of a group, an address, a prefix, a domain such as *.example.com, or ${NODE_PEER}`,
  );

const rule = z.strictObject({
  name,
  action: z.enum(RULE_ACTIONS),
  log: z.boolean().optional(),
  peers: z.array(peer).min(1).max(MAX_PEERS).optional(),
  ports: z.array(ports).min(1).max(MAX_PORTS).optional(),
  applications: z.array(z.enum(APPLICATIONS)).min(1).optional(),
});

const rules = z
  .array(rule)
  .max(MAX_RULES)
  .superRefine((list, context) => {
    const known = new Set<string>();
    for (const [index, { name: own }] of list.entries()) {
      if (known.has(own))
        context.addIssue({ code: 'custom', path: [index, 'name'], message: 'is the name of another rule' });
      known.add(own);
    }
  });

/** Flows from a name cannot be told: only who is called has one. */
const ingressRules = rules.superRefine((list, context) => {
  for (const [index, { peers = [] }] of list.entries()) {
    for (const [position, text] of peers.entries()) {
      if (text === NODE_PEER || isName(text) || readPrefix(text) !== undefined) continue;
      const message = 'is a domain, which only egress rules can name: use a prefix';
      context.addIssue({ code: 'custom', path: [index, 'peers', position], message });
    }
  }
});

/** Rules about the flows of some groups' workloads as a document of the policy language. */
export const NetworkRuleSetDocument = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('NetworkRuleSet'),
  metadata: z.strictObject({ name }),
  spec: z
    .strictObject({
      description: z.string().max(500).default(''),
      groups: z.array(name).min(1).max(MAX_GROUPS),
      ingress: ingressRules.optional(),
      egress: rules.optional(),
      unknownApplication: z.enum(RULE_ACTIONS).default('deny'),
      allowCuttingDns: z.boolean().default(false),
      allowCuttingProbes: z.boolean().default(false),
    })
    .refine(({ ingress, egress }) => ingress !== undefined || egress !== undefined, {
      message: 'speaks of no direction: give ingress or egress (an empty list allows nothing)',
    }),
});
export type NetworkRuleSetDocument = z.infer<typeof NetworkRuleSetDocument>;
