import type { StoredEvent } from '@bulkhead/control-plane';
import { z } from 'zod';

/** Where a capture is: on the node of an agent, by the name of its file. */
export interface CaptureFile {
  readonly agent: string;
  readonly name: string;
}

/** As agents name them: what else they tell is asked of nobody, and becomes part of no header. */
const Written = z.object({ event: z.literal('capture-written'), file: z.string().max(4_096) });
const NAME = /^[\w-]{1,120}\.pcapng$/;

/** The capture that an event tells of; nothing where it tells of none. */
export function captureOf({ agent, document }: StoredEvent): CaptureFile | undefined {
  const name = Written.safeParse(document).data?.file.split('/').at(-1) ?? '';
  return NAME.test(name) ? { agent, name } : undefined;
}
