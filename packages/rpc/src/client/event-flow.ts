import type { FromAgent } from '../gen/agent/v1/agent.ts';
import type { Spool } from '../spool/spool.ts';
import { MAX_BATCH_BYTES, MAX_BATCH_EVENTS, MAX_BATCHES_IN_FLIGHT } from '../wire/limits.ts';
import { isUpTo, type Position } from '../wire/position.ts';

/** Events on their way from the spool to the control plane, over one stream. */
export class EventFlow {
  readonly #spool: Spool;
  readonly #send: (body: NonNullable<FromAgent['body']>) => void;
  readonly #isTaken: () => boolean;
  /** After what is sent next. */
  #cursor: Position | undefined;
  readonly #inFlight: Position[] = [];

  /** `stored` is the last event that the control plane has. `isTaken` says whether the connection keeps up. */
  constructor(
    spool: Spool,
    stored: Position | undefined,
    send: (body: NonNullable<FromAgent['body']>) => void,
    isTaken: () => boolean,
  ) {
    this.#spool = spool;
    this.#cursor = stored;
    this.#send = send;
    this.#isTaken = isTaken;
    if (stored !== undefined) spool.acknowledge(stored);
  }

  acknowledge(position: Position): void {
    this.#spool.acknowledge(position);
    while (this.#inFlight[0] !== undefined && isUpTo(this.#inFlight[0], position)) this.#inFlight.shift();
    this.pump();
  }

  /** Sends what waits, as far as the control plane and the connection keep up. */
  pump(): void {
    while (this.#inFlight.length < MAX_BATCHES_IN_FLIGHT && this.#isTaken()) {
      const batch = this.#spool.read(this.#cursor, MAX_BATCH_EVENTS, MAX_BATCH_BYTES);
      if (batch === undefined) return;
      const { epoch, firstSequence, events } = batch;
      this.#cursor = { epoch, sequence: firstSequence + events.length - 1 };
      this.#inFlight.push(this.#cursor);
      this.#send({ $case: 'events', value: { epoch, firstSequence, events: [...events] } });
    }
  }
}
