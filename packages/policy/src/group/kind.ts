import {
  type DocumentKind,
  type ParsedDocument,
  problemsOfIssues,
  type Selector,
  type SensorBinding,
  type WorkloadGroup,
} from '@bulkhead/core';
import { WorkloadGroupDocument } from './schema.ts';

/** Reads one `WorkloadGroup` document. Reports every problem in it, never throws. */
export function parseWorkloadGroup(document: unknown): ParsedDocument<WorkloadGroup> {
  const parsed = WorkloadGroupDocument.safeParse(document);
  if (!parsed.success) return { ok: false, problems: problemsOfIssues(parsed.error.issues) };
  const { metadata, spec } = parsed.data;
  const { quarantine, ...rest } = spec;
  return {
    ok: true,
    value: {
      name: metadata.name,
      ...rest,
      ...(quarantine !== undefined && { quarantine }),
      selector: readSelector(spec.selector),
      sensors: spec.sensors.map(readBinding),
    },
  };
}

/** The kind `WorkloadGroup`, for the loader. */
export const workloadGroupKind: DocumentKind<WorkloadGroup> = { kind: 'WorkloadGroup', parse: parseWorkloadGroup };

function readBinding(binding: WorkloadGroupDocument['spec']['sensors'][number]): SensorBinding {
  if (typeof binding === 'string') return binding;
  const { name, from, to } = binding;
  return { name, ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}

type Loose = { readonly [Key in keyof Selector]?: Selector[Key] | undefined };

/** A selector without the keys that a document left out. */
export function readSelector({ namespaces, names, labels, netns }: Loose): Selector {
  return {
    ...(namespaces !== undefined && { namespaces }),
    ...(names !== undefined && { names }),
    ...(labels !== undefined && { labels }),
    ...(netns !== undefined && { netns }),
  };
}
