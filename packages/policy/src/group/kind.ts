import {
  type DocumentKind,
  type ParsedDocument,
  problemsOfIssues,
  type Selector,
  type WorkloadGroup,
} from '@bulkhead/core';
import { WorkloadGroupDocument } from './schema.ts';

/** Reads one `WorkloadGroup` document. Reports every problem in it, never throws. */
export function parseWorkloadGroup(document: unknown): ParsedDocument<WorkloadGroup> {
  const parsed = WorkloadGroupDocument.safeParse(document);
  if (!parsed.success) return { ok: false, problems: problemsOfIssues(parsed.error.issues) };
  const { metadata, spec } = parsed.data;
  return { ok: true, value: { name: metadata.name, ...spec, selector: readSelector(spec.selector) } };
}

/** The kind `WorkloadGroup`, for the loader. */
export const workloadGroupKind: DocumentKind<WorkloadGroup> = { kind: 'WorkloadGroup', parse: parseWorkloadGroup };

function readSelector({ namespaces, names, labels, netns }: WorkloadGroupDocument['spec']['selector']): Selector {
  return {
    ...(namespaces !== undefined && { namespaces }),
    ...(names !== undefined && { names }),
    ...(labels !== undefined && { labels }),
    ...(netns !== undefined && { netns }),
  };
}
