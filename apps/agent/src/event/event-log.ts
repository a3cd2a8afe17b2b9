import type { Writable } from 'node:stream';
import { createLineWriter } from '@bulkhead/runtime';
import type { AgentEvent, NewAgentEvent } from './agent-event.ts';

/** Where events go. Traffic does not wait for a slow reader: what it does not take in time is lost, and counted. */
export interface EventLog {
  /** Writes an event that happens now. */
  readonly emit: (event: NewAgentEvent) => void;
  /** Writes an event with a time of its own. */
  readonly write: (event: AgentEvent) => void;
  drained(): Promise<void>;
}

export interface EventLogOptions {
  readonly onLost: (count: number) => void;
  /** May give an event another form. */
  readonly render?: (event: AgentEvent) => object;
  /** Gets every event as it is. What it does with it until the end of its microtasks comes before the event is written. */
  readonly onEvent?: (event: AgentEvent) => void;
}

export function createEventLog(
  stream: Writable,
  { onLost, render = (event) => event, onEvent }: EventLogOptions,
): EventLog {
  const lines = createLineWriter(stream);
  const print = (event: AgentEvent): void => {
    if (!lines.write(render(event))) onLost(1);
  };
  const write = (event: AgentEvent): void => {
    if (onEvent === undefined) return print(event);
    onEvent(event);
    // An event that somebody has read is one that is kept, whatever ends the process.
    queueMicrotask(() => print(event));
  };
  return {
    emit: (event) => write({ time: new Date().toISOString(), ...event }),
    write,
    drained: async () => {
      // Behind what is about to be written.
      await Promise.resolve();
      await lines.drained();
    },
  };
}
