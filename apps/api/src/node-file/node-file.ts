import type { StoredEvent } from '@bulkhead/control-plane';
import { z } from 'zod';

/** A file on the node of an agent, by its name there. */
export interface NodeFile {
  readonly agent: string;
  readonly name: string;
}

const Told = z.object({ file: z.string().max(4_096) });

/** The capture that an event tells of; nothing where it tells of none. */
export function captureOf(event: StoredEvent): NodeFile | undefined {
  return fileOf(event, 'capture-written', /^[\w-]{1,120}\.pcapng$/);
}

/** The same for the SBOM of a scan. */
export function sbomOf(event: StoredEvent): NodeFile | undefined {
  return fileOf(event, 'scan-written', /^[\w-]{1,120}\.cdx\.json$/);
}

/** As agents name them: what else they tell is asked of nobody, and becomes part of no header. */
function fileOf({ agent, document, kind }: StoredEvent, told: string, names: RegExp): NodeFile | undefined {
  if (kind !== told) return undefined;
  const name = Told.safeParse(document).data?.file.split('/').at(-1) ?? '';
  return names.test(name) ? { agent, name } : undefined;
}
