import { setTimeout as sleep } from 'node:timers/promises';

export interface FollowOptions<Value> {
  readonly everyMs: number;
  readonly signal: AbortSignal;
  /** Reads all there is, which is to cost next to nothing: reviews wait meanwhile. */
  readonly read: () => Promise<Value>;
  /** What it holds, as text: only what differs is a change. */
  readonly contentOf: (value: Value) => string;
  /** Takes what has changed. */
  readonly onChange: (value: Value) => void;
  /** What `read` or `onChange` threw; once, until something else comes. */
  readonly onProblem: (error: unknown) => void;
}

/** Looks again and again at what `first` was read from. Files are compared by content: mounted ones change by a link. */
export async function follow<Value>(first: Value, options: FollowOptions<Value>): Promise<void> {
  const { everyMs, signal, read, contentOf, onProblem } = options;
  let seen = contentOf(first);
  while (!signal.aborted) {
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    try {
      const value = await read();
      const content = contentOf(value);
      if (content === seen) continue;
      seen = content;
      take(value, options);
    } catch (error) {
      const problem = `problem: ${error instanceof Error ? error.message : String(error)}`;
      if (problem !== seen) onProblem(error);
      seen = problem;
    }
  }
}

function take<Value>(value: Value, { onChange, onProblem }: FollowOptions<Value>): void {
  try {
    onChange(value);
  } catch (error) {
    onProblem(error);
  }
}
