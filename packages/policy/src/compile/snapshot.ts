import { API_VERSION, isName, type ParsedDocument, problemsOfIssues } from '@bulkhead/core';
import { z } from 'zod';
import type { PolicySource } from '../document/load.ts';
import { readPrefix } from '../network/address.ts';
import { SERVICE_PROTOCOLS, type ServiceAddress, type UnfollowedServices } from '../network/service.ts';

/** A document of the policy language as its file had it. */
export interface PolicyDocument {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: unknown;
}

/** The kinds of documents that agents enforce: others do not travel to them. */
export const AGENT_KINDS: readonly string[] = [
  'DataSensor',
  'FilePolicy',
  'NetworkRuleSet',
  'ProcessPolicy',
  'ResponseRule',
  'WorkloadGroup',
];

/**
 * What an agent needs to hold its node to the policy: the documents, from which it selects its own workloads itself, and
 * who the groups are that those workloads may meet on other nodes.
 */
export interface PolicySnapshot {
  /** Follows from all the rest: snapshots that say the same have the same version. */
  readonly version: string;
  /**
   * Of what is below, the names of fields that whoever enforces it has to know of: who does not know one refuses all of it, since more or less
   * would be let pass than is meant. Fields that are not named here may be passed over. Absent: none of those that came later is needed.
   */
  readonly needs?: readonly string[] | undefined;
  /** Every document that may concern a workload of the node, also one that comes later. */
  readonly documents: readonly PolicyDocument[];
  /**
   * Addresses by the name of the group, sorted: of the groups that are peers in rules or sensors of this node's
   * workloads. A group that is missing is not known here; one that is empty has nobody.
   */
  readonly members: Readonly<Record<string, readonly string[]>>;
  /** Services that may lead to workloads of those groups: who opens a flow to them sees their addresses. Absent: none is known. */
  readonly services?: readonly ServiceAddress[] | undefined;
  /** Services of which no more can be said than that they may. Needed where it is there: rules that deny would miss them. */
  readonly unfollowed?: readonly UnfollowedServices[] | undefined;
}

/** What `needs` may name to who reads snapshots here. */
const KNOWN_NEEDS: readonly string[] = ['unfollowed'];
/** There are no more fields. */
const MAX_NEEDS = 64;

const MAX_PORT = 65_535;
const groupName = z.string().refine(isName, 'is no name of a group');
const address = z.string().refine((text) => readPrefix(text) !== undefined, 'is no address');
const port = z.int().min(1).max(MAX_PORT);

const document = z.looseObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
  spec: z.unknown(),
});

const need = z.string().max(128);

/** Of a newer control plane: what is not known of is passed over, but for what `needs` names. Documents are read by their own kinds, strictly. */
const snapshot = z.object({
  version: z.string().min(1).max(128),
  needs: z
    .array(
      need.refine((name) => KNOWN_NEEDS.includes(name), {
        error: ({ input }) =>
          `names ${JSON.stringify(input)}, which this version does not know: upgrade it to that of the control plane`,
      }),
    )
    .max(MAX_NEEDS)
    .optional(),
  documents: z.array(document),
  members: z.record(groupName, z.array(address)),
  services: z
    .array(
      z.object({
        address,
        protocol: z.enum(SERVICE_PROTOCOLS),
        port,
        lookups: z.literal(true).optional(),
        to: z.array(z.object({ port, groups: z.array(z.array(groupName)) })),
      }),
    )
    .optional(),
  unfollowed: z.array(z.object({ addresses: z.array(address), groups: z.array(groupName).optional() })).optional(),
});

/** Reads a snapshot from outside. Its documents are still to be read, by `readPolicy` from `snapshotSources`. */
export function parseSnapshot(value: unknown): ParsedDocument<PolicySnapshot> {
  const parsed = snapshot.safeParse(value);
  return parsed.success
    ? { ok: true, value: parsed.data }
    : { ok: false, problems: problemsOfIssues(parsed.error.issues) };
}

/** The documents of kinds that are enforced here, and those of kinds that came later. */
export function sortDocuments({ documents }: Pick<PolicySnapshot, 'documents'>): {
  readonly known: readonly PolicyDocument[];
  readonly unknown: readonly PolicyDocument[];
} {
  const { known = [], unknown = [] } = Object.groupBy(documents, ({ kind }) =>
    AGENT_KINDS.includes(kind) ? 'known' : 'unknown',
  );
  return { known, unknown };
}

/** The documents of a snapshot as files for `readPolicy`, one each, so that a problem names its document. */
export function snapshotSources({ documents }: Pick<PolicySnapshot, 'documents'>): readonly PolicySource[] {
  return documents.map((one) => {
    const text = JSON.stringify(one);
    // Not the document itself: what was made here may have properties that say nothing.
    return { file: `${one.kind}/${one.metadata.name}`, text, document: JSON.parse(text) as unknown };
  });
}
