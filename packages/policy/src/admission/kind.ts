import { type DocumentKind, type ParsedDocument, problemsOfIssues, readPublicKey } from '@bulkhead/core';
import { readSelector } from '../group/kind.ts';
import { readCelCriterion } from './expression/criterion.ts';
import type {
  AdmissionCriterion,
  AdmissionException,
  AdmissionPolicy,
  AdmissionRule,
  ResourceAmount,
  ResourceCriterion,
  SignatureCriterion,
} from './policy.ts';
import { parseQuantity } from './quantity.ts';
import { AdmissionPolicyDocument } from './schema.ts';

type Spec = AdmissionPolicyDocument['spec'];

/** Reads one `AdmissionPolicy` document. Reports every problem in it, never throws. */
export function parseAdmissionPolicy(document: unknown): ParsedDocument<AdmissionPolicy> {
  const parsed = AdmissionPolicyDocument.safeParse(document);
  if (!parsed.success) return { ok: false, problems: problemsOfIssues(parsed.error.issues) };
  const { metadata, spec } = parsed.data;
  const { description, mode, kinds, selector, exclude } = spec;
  return {
    ok: true,
    value: {
      name: metadata.name,
      description,
      mode,
      ...(kinds !== undefined && { kinds }),
      ...(selector !== undefined && { selector: readSelector(selector) }),
      ...(exclude !== undefined && { exclude: readSelector(exclude) }),
      rules: spec.rules.map(readRule),
      exceptions: spec.exceptions.map(readException),
    },
  };
}

/** The kind `AdmissionPolicy`, for the loader. */
export const admissionPolicyKind: DocumentKind<AdmissionPolicy> = {
  kind: 'AdmissionPolicy',
  parse: parseAdmissionPolicy,
};

function readRule({ name, verdict, fix, resources, signatures, cel, ...others }: Spec['rules'][number]): AdmissionRule {
  const criterion = {
    ...others,
    ...(resources !== undefined && { resources: readResources(resources) }),
    ...(signatures !== undefined && { signatures: readSignatures(signatures) }),
    ...(cel !== undefined && { cel: readCelCriterion(cel) }),
  };
  return {
    name,
    verdict,
    ...(fix !== undefined && { fix }),
    // The schema lets exactly one through.
    criterion: Object.fromEntries(
      Object.entries(criterion).filter(([, value]) => value !== undefined),
    ) as unknown as AdmissionCriterion,
  };
}

function readResources({ require, maximum }: NonNullable<Spec['rules'][number]['resources']>): ResourceCriterion {
  return {
    require,
    maximum: new Map(
      Object.entries(maximum).map(([where, value]) => [
        where as ResourceAmount,
        { text: String(value), amount: parseQuantity(value) ?? 0 },
      ]),
    ),
  };
}

function readSignatures({
  images,
  keys,
  notScanned,
}: NonNullable<Spec['rules'][number]['signatures']>): SignatureCriterion {
  return {
    ...(images !== undefined && { images }),
    keys: keys.flatMap((pem) => {
      const outcome = readPublicKey(pem);
      return outcome.ok ? [{ pem, fingerprint: outcome.key.fingerprint }] : [];
    }),
    notScanned,
  };
}

function readException(exception: Spec['exceptions'][number]): AdmissionException {
  const { name, rules, misconfigurations, vulnerabilities, selector, containers, images, owner, reason, expires } =
    exception;
  return {
    name,
    rules,
    ...(misconfigurations !== undefined && { misconfigurations }),
    ...(vulnerabilities !== undefined && { vulnerabilities }),
    ...(selector !== undefined && { selector: readSelector(selector) }),
    ...(containers !== undefined && { containers }),
    ...(images !== undefined && { images }),
    owner,
    reason,
    expires,
    until: expires.includes('T') ? Date.parse(expires) : Date.parse(expires) + DAY_MS,
  };
}

/** A date holds to its end (UTC). */
const DAY_MS = 24 * 60 * 60 * 1000;
