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

/** `render` may give an event another form. */
export function createEventLog(
  stream: Writable,
  onLost: (count: number) => void,
  render: (event: AgentEvent) => object = (event) => event,
): EventLog {
  const lines = createLineWriter(stream);
  const write = (event: AgentEvent): void => {
    if (!lines.write(render(event))) onLost(1);
  };
  return {
    emit: (event) => write({ time: new Date().toISOString(), ...event }),
    write,
    drained: () => lines.drained(),
  };
}
