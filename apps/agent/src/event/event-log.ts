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
  /** Gets every event as it is. */
  readonly onEvent?: (event: AgentEvent) => void;
}

export function createEventLog(
  stream: Writable,
  { onLost, render = (event) => event, onEvent }: EventLogOptions,
): EventLog {
  const lines = createLineWriter(stream);
  const write = (event: AgentEvent): void => {
    onEvent?.(event);
    if (!lines.write(render(event))) onLost(1);
  };
  return {
    emit: (event) => write({ time: new Date().toISOString(), ...event }),
    write,
    drained: () => lines.drained(),
  };
}
