import type { FlowEnd } from '@bulkhead/control-plane';
import { keptText } from '../kept-text.ts';

/** Owners and applications are called what agents say. */
const MAX_NAME = 253;

/** The namespace of an end as it is kept: none is ''. */
export function namespaceOf(end: FlowEnd): string {
  return end.kind === 'workload' ? nameOf(end.namespace ?? '') : '';
}

/** A name as it is kept. */
export function nameOf(text: string): string {
  return keptText(text.slice(0, MAX_NAME));
}
