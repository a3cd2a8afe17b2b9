import { type DocumentKind, isName, type Sensor, type Workload, type WorkloadGroup } from '@bulkhead/core';
import { z } from 'zod';
import { admissionPolicyKind } from './admission/kind.ts';
import type { AdmissionPolicy } from './admission/policy.ts';
import { policyTestKind } from './admission/policy-test/kind.ts';
import type { PolicyDocument } from './compile/snapshot.ts';
import { atOnce, type LoadedDocuments, loadInSteps, type PolicySource } from './document/load.ts';
import { compareProblems, type PolicyProblem } from './document/problem.ts';
import { PolicyError } from './error.ts';
import { type FilePolicy, filePolicyKind } from './file/schema.ts';
import { workloadGroupKind } from './group/kind.ts';
import { networkRuleSetKind } from './network/kind.ts';
import { networkProblems } from './network/problems.ts';
import type { NetworkRuleSet } from './network/rule-set.ts';
import { type ProcessPolicy, processPolicyKind } from './process/schema.ts';
import { type ResponseRule, responseRuleKind } from './response/schema.ts';
import { type EffectivePolicy, effectivePolicy } from './selection/effective.ts';
import { selectGroups } from './selection/select.ts';

/** Sensors come from another domain: how to read them, and which are known without being written down. */
export interface SensorLanguage {
  readonly kind: DocumentKind<Sensor>;
  /** A document of the same name replaces one of these. */
  readonly provided: readonly Sensor[];
}

/** The kinds of documents that are about groups. */
const BOUND_KINDS = [networkRuleSetKind, processPolicyKind, filePolicyKind, responseRuleKind] as const;

/** A policy in which every reference holds. */
export interface Policy {
  readonly groups: readonly WorkloadGroup[];
  readonly sensors: ReadonlyMap<string, Sensor>;
  readonly admission: readonly AdmissionPolicy[];
  readonly network: readonly NetworkRuleSet[];
  readonly processes: readonly ProcessPolicy[];
  readonly files: readonly FilePolicy[];
  readonly responses: readonly ResponseRule[];
}

export type PolicyOutcome =
  | {
      readonly ok: true;
      readonly policy: Policy;
      /** All documents as they were written, in the order of the sources. */
      readonly documents: readonly PolicyDocument[];
    }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] };

/** Reads a policy from the texts of its files. Reports everything that is wrong at once; never throws. */
export function readPolicy(sources: readonly PolicySource[], language: SensorLanguage): PolicyOutcome {
  return atOnce(readPolicyInSteps(sources, language));
}

/** As `readPolicy`, in steps, for who has others to answer in between. */
export function* readPolicyInSteps(
  sources: readonly PolicySource[],
  language: SensorLanguage,
): Generator<void, PolicyOutcome> {
  const kinds = [workloadGroupKind, language.kind, ...BOUND_KINDS, admissionPolicyKind, policyTestKind];
  const documents = yield* loadInSteps(sources, kinds);
  const problems = [
    ...documents.problems,
    ...unknownSensors(documents, language),
    ...unknownPeers(documents),
    ...unknownGroups(documents),
    ...networkProblems(documents),
  ];
  if (problems.length > 0) return { ok: false, problems: problems.toSorted(compareProblems) };

  const groups = documents.of(workloadGroupKind).flatMap((document) => document.value ?? []);
  const written = documents.of(language.kind).flatMap((document) => document.value ?? []);
  return {
    ok: true,
    policy: {
      groups,
      sensors: new Map([...language.provided, ...written].map((sensor) => [sensor.name, sensor])),
      admission: documents.of(admissionPolicyKind).flatMap((document) => document.value ?? []),
      network: documents.of(networkRuleSetKind).flatMap((document) => document.value ?? []),
      processes: documents.of(processPolicyKind).flatMap((document) => document.value ?? []),
      files: documents.of(filePolicyKind).flatMap((document) => document.value ?? []),
      responses: documents.of(responseRuleKind).flatMap((document) => document.value ?? []),
    },
    documents: kinds.flatMap((kind) => documents.of<Named>(kind).map(({ raw }) => raw as PolicyDocument)),
  };
}

/** As `readPolicy`, for callers that cannot go on without a policy. Throws a `PolicyError`. */
export function requirePolicy(sources: readonly PolicySource[], language: SensorLanguage): Policy {
  const outcome = readPolicy(sources, language);
  if (!outcome.ok) throw new PolicyError(outcome.problems);
  return outcome.policy;
}

/**
 * What a policy says about workloads that share a network namespace (the containers of a pod), or about one workload.
 * Nothing when no group selects any of them.
 */
export function policyFor(workloads: readonly Workload[], policy: Policy): EffectivePolicy | undefined {
  const selected = new Map(
    workloads.flatMap((workload) => selectGroups(workload, policy.groups)).map((group) => [group.name, group]),
  );
  return effectivePolicy([...selected.values()], policy.sensors);
}

type Named = { readonly name: string };

/** The references of a group, also of one that has other mistakes in it. */
const References = z.object({ spec: z.object({ sensors: z.array(z.unknown()) }) });

/** What the groups of a document are called, also of one that has other mistakes in it. */
const Bound = z.object({ spec: z.object({ groups: z.array(z.unknown()) }) });

function unknownGroups(documents: LoadedDocuments): PolicyProblem[] {
  const known = new Set<unknown>(documents.of(workloadGroupKind).map((document) => document.name));
  return BOUND_KINDS.flatMap((kind) =>
    documents
      .of<Named>(kind)
      .flatMap((document) =>
        (Bound.safeParse(document.raw).data?.spec.groups ?? []).flatMap((name, index) =>
          known.has(name) || typeof name !== 'string'
            ? []
            : [document.problem(['spec', 'groups', index], `unknown group ${JSON.stringify(name)}`)],
        ),
      ),
  );
}

/** Peers that are neither a group of the policy nor an address. */
function unknownPeers(documents: LoadedDocuments): PolicyProblem[] {
  const known = new Set(documents.of(workloadGroupKind).map((document) => document.name));
  return documents
    .of(workloadGroupKind)
    .flatMap((group) =>
      (group.value?.sensors ?? []).flatMap((binding, index) =>
        (['from', 'to'] as const).flatMap((side) =>
          (typeof binding === 'string' ? [] : (binding[side] ?? [])).flatMap((peer, position) =>
            !isName(peer) || known.has(peer)
              ? []
              : [group.problem(['spec', 'sensors', index, side, position], `unknown group ${JSON.stringify(peer)}`)],
          ),
        ),
      ),
    );
}

const PeerReference = z.object({ name: z.string() });

function unknownSensors(documents: LoadedDocuments, language: SensorLanguage): PolicyProblem[] {
  const known = new Set([
    ...language.provided.map((sensor) => sensor.name),
    // A sensor that did not parse is the mistake, not the reference to it.
    ...documents.of(language.kind).map((document) => document.name),
  ]);
  return documents.of(workloadGroupKind).flatMap((group) => {
    const bindings = References.safeParse(group.raw).data?.spec.sensors ?? [];
    return bindings.flatMap((binding, index) => {
      const name = PeerReference.safeParse(binding).data?.name ?? binding;
      if (typeof name !== 'string' || known.has(name)) return [];
      const list = [...known].flatMap((other) => other ?? []).toSorted();
      const message = `unknown sensor ${JSON.stringify(name)}; known are ${list.join(', ')}`;
      return [group.problem(['spec', 'sensors', index], message)];
    });
  });
}
