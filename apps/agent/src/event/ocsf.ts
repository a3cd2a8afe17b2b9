import { ocsfFinding } from '@bulkhead/dlp';
import type { AgentEvent } from './agent-event.ts';
import { type OcsfSource, ocsfFileActivity, ocsfProcessActivity } from './ocsf-activity.ts';

/** A finding, and a program or file that a policy denies, as an OCSF event; every other event as it is. */
export function withOcsf(event: AgentEvent, source: OcsfSource): object {
  switch (event.event) {
    case 'finding': {
      const { event: _, ...found } = event;
      return ocsfFinding(found, source.version);
    }
    case 'process-denied':
    case 'process-alerted':
      return ocsfProcessActivity(event, source);
    case 'file-denied':
    case 'file-alerted':
      return ocsfFileActivity(event, source);
    default:
      return event;
  }
}
