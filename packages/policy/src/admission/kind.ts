import { type DocumentKind, type ParsedDocument, problemsOfIssues, readPublicKey, readTrustRoot } from '@bulkhead/core';
import { readSelector } from '../group/kind.ts';
import { readCelCriterion } from './expression/criterion.ts';
import type {
  AdmissionCriterion,
  AdmissionException,
  AdmissionPolicy,
  AdmissionRule,
  NamedTrustRoot,
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
      rules: spec.rules.map((rule) => readRule(rule, spec.trustRoots ?? [])),
      exceptions: spec.exceptions.map(readException),
    },
  };
}

/** The kind `AdmissionPolicy`, for the loader. */
export const admissionPolicyKind: DocumentKind<AdmissionPolicy> = {
  kind: 'AdmissionPolicy',
  parse: parseAdmissionPolicy,
};

function readRule(
  { name, verdict, fix, resources, signatures, cel, ...others }: Spec['rules'][number],
  roots: NonNullable<Spec['trustRoots']>,
): AdmissionRule {
  const criterion = {
    ...others,
    ...(resources !== undefined && { resources: readResources(resources) }),
    ...(signatures !== undefined && { signatures: readSignatures(signatures, roots) }),
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

function readSignatures(
  { images, keys, keyless, notScanned }: NonNullable<Spec['rules'][number]['signatures']>,
  roots: NonNullable<Spec['trustRoots']>,
): SignatureCriterion {
  const rootByName = new Map(roots.flatMap(readNamedRoot).map((root) => [root.name, root]));
  return {
    ...(images !== undefined && { images }),
    keys: keys.flatMap((pem) => {
      const outcome = readPublicKey(pem);
      return outcome.ok ? [{ pem, fingerprint: outcome.key.fingerprint }] : [];
    }),
    keyless: keyless.flatMap(({ trustRoot: name, ...expected }) => {
      const trustRoot = rootByName.get(name);
      return trustRoot === undefined ? [] : [{ ...expected, trustRoot }];
    }),
    notScanned,
  };
}

function readNamedRoot({ name, content }: NonNullable<Spec['trustRoots']>[number]): readonly NamedTrustRoot[] {
  const outcome = readTrustRoot(content);
  return outcome.ok ? [{ name, text: outcome.root.text, fingerprint: outcome.root.fingerprint }] : [];
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
