import { isDeepStrictEqual } from 'node:util';
import { API_VERSION, type DocumentKind, printable, problemText } from '@bulkhead/core';
import { dataSensorKind } from '@bulkhead/dlp';
import {
  admissionPolicyKind,
  filePolicyKind,
  networkRuleSetKind,
  processPolicyKind,
  responseRuleKind,
  workloadGroupKind,
} from '@bulkhead/policy';
import { z } from 'zod';
import type { AdmissionRequest } from './wire.ts';

const KINDS: readonly DocumentKind<{ readonly name: string }>[] = [
  admissionPolicyKind,
  dataSensorKind,
  filePolicyKind,
  networkRuleSetKind,
  processPolicyKind,
  responseRuleKind,
  workloadGroupKind,
];
const [GROUP] = API_VERSION.split('/');

/** More than these are read by nobody at once; the status of a resource has more. */
const MAX_PROBLEMS = 20;
const MAX_PROBLEM = 500;

const Resource = z.looseObject({
  metadata: z.looseObject({ name: z.string().optional(), deletionTimestamp: z.unknown().optional() }),
  spec: z.unknown(),
});

/**
 * What is wrong with a policy of Bulkhead that is about to be written, a line each with its path; none when it is valid. Nothing for what is no
 * such policy, for an update that leaves it as it is, and for one that is being deleted.
 */
export function ownDocumentProblems(request: AdmissionRequest): readonly string[] | undefined {
  if (request.kind.group !== GROUP || request.subResource !== '') return undefined;
  const kind = KINDS.find((one) => one.kind === request.kind.kind);
  const resource = Resource.safeParse(request.object);
  // A kind of a later version has its own webhook; what is no object at all is none of the API server's.
  if (kind === undefined || !resource.success) return undefined;
  const { metadata, spec } = resource.data;
  if (metadata.deletionTimestamp != null) return undefined;
  const before = Resource.safeParse(request.oldObject);
  if (request.operation === 'UPDATE' && before.success && isDeepStrictEqual(before.data.spec, spec)) return undefined;
  const name = metadata.name ?? request.name;
  const parsed = kind.parse({ apiVersion: API_VERSION, kind: kind.kind, metadata: { name }, spec });
  if (parsed.ok) return [];
  const lines = parsed.problems.slice(0, MAX_PROBLEMS).map((problem) => printable(problemText(problem), MAX_PROBLEM));
  const more = parsed.problems.length - lines.length;
  return more > 0 ? [...lines, `and ${more} more`] : lines;
}
