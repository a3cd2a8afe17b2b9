import { z } from 'zod';
import { listLines } from '../api/list-lines.ts';
import type { ApiPlace } from '../api/request-api.ts';
import type { Io } from '../io.ts';

const CaptureEvent = z.object({
  id: z.number(),
  at: z.string(),
  namespace: z.string().optional(),
  workload: z.string().optional(),
  document: z.object({ file: z.string().optional(), bytes: z.number().optional() }),
});

/** Lists the captures that agents have told of, the latest first, one a line. */
export function list(place: ApiPlace, io: Io): Promise<number> {
  return listLines(
    place,
    {
      path: '/api/v1/events',
      fields: { kind: 'capture-written' },
      failure: 'cannot list the captures',
      item: CaptureEvent,
      line: ({ id, at, namespace, workload, document: { file = '', bytes = 0 } }) => {
        const whose = [namespace, workload].filter((part) => part !== undefined).join('/') || 'no workload';
        return `${id}  ${at}  ${whose}  ${bytes} bytes  ${file.split('/').at(-1) ?? ''}`;
      },
    },
    io,
  );
}
