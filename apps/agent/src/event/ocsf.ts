import { ocsfFinding } from '@bulkhead/dlp';
import type { AgentEvent } from './agent-event.ts';

/** A finding as an OCSF event; every other event as it is. `version` is the product's. */
export function withOcsf(event: AgentEvent, version: string): object {
  if (event.event !== 'finding') return event;
  const { event: _, ...found } = event;
  return ocsfFinding(found, version);
}
