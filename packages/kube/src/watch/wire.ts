import { z } from 'zod';
import { KubeObject } from '../client/object.ts';
import { errorOfAnswer } from '../client/status-error.ts';
import { KubeError } from '../error.ts';

const Event = z.object({ type: z.string(), object: z.unknown() });
const Bookmark = z.looseObject({ metadata: z.looseObject({ resourceVersion: z.string().min(1) }) });
const Status = z.looseObject({ code: z.number().optional() });

/** A line of a watch. */
export type WatchLine =
  | { readonly type: 'written' | 'deleted'; readonly object: KubeObject }
  | { readonly type: 'bookmark'; readonly resourceVersion: string }
  | { readonly type: 'error'; readonly error: KubeError };

/** Reads a line of a watch. What is none is an error of code `BAD_ANSWER`; never throws. */
export function readWatchLine(line: string): WatchLine {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    return bad('a line is no JSON', cause);
  }
  const event = Event.safeParse(value);
  if (!event.success) return bad('a line is no event');
  const { type, object } = event.data;
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED': {
      const parsed = KubeObject.safeParse(object);
      if (!parsed.success || parsed.data.metadata.resourceVersion === '') return bad(`${type} has no object`);
      return { type: type === 'DELETED' ? 'deleted' : 'written', object: parsed.data };
    }
    case 'BOOKMARK': {
      const parsed = Bookmark.safeParse(object);
      if (!parsed.success) return bad('a bookmark has no version');
      return { type: 'bookmark', resourceVersion: parsed.data.metadata.resourceVersion };
    }
    case 'ERROR': {
      const status = Status.safeParse(object).data?.code ?? 500;
      return { type: 'error', error: errorOfAnswer('the watch ended', status, JSON.stringify(object)) };
    }
    default:
      return bad(`the event ${JSON.stringify(type.slice(0, 40))} is unknown`);
  }
}

function bad(why: string, cause?: unknown): WatchLine {
  return { type: 'error', error: new KubeError('BAD_ANSWER', { what: 'cannot read the watch', why }, { cause }) };
}
