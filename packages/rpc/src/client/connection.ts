import { systemClock } from '@bulkhead/core';
import { type Client, type ClientDuplexStream, type StatusObject, status } from '@grpc/grpc-js';
import type { Command, FromAgent, Renewal, ToAgent, Welcome } from '../gen/agent/v1/agent.ts';
import { MAX_COMMANDS_WAITING } from '../wire/limits.ts';
import { CONNECT } from '../wire/service.ts';
import type { CommandAction, CommandOutcome, FilePart, PolicyAnswer, SnapshotText } from '../wire/terms.ts';
import { line, lineOf } from '../wire/text.ts';
import type { AgentConnection, ConnectAgentOptions } from './agent-connection.ts';
import { answerToWire } from './answer-to-wire.ts';
import { backOffMs } from './back-off.ts';
import { CertificateRenewal } from './certificate-renewal.ts';
import { openChannel } from './channel.ts';
import { EventFlow } from './event-flow.ts';
import { WorkloadChanges } from './workload-changes.ts';
import type { AgentWorkload } from './workload-to-wire.ts';

type Stream = ClientDuplexStream<FromAgent, ToAgent>;

/** What trying again does not mend: somebody has to do something. It is tried all the same. */
const REFUSALS: readonly status[] = [status.PERMISSION_DENIED, status.UNAUTHENTICATED, status.INVALID_ARGUMENT];
/** How long events are gathered before they are sent, so that a batch is worth its transaction. */
const GATHER_MS = 200;
/** Between a connection attempt and the welcome. */
const WELCOME_TIMEOUT_MS = 30_000;
const LOOK_MS = 20;
const NOTHING_READ: FilePart = { data: new Uint8Array(), size: 0 };

/** Connects an agent. Returns at once; `onState` tells how it goes. */
export function connectAgent(options: ConnectAgentOptions): AgentConnection {
  return new Connection(options);
}

class Connection implements AgentConnection {
  readonly #options: ConnectAgentOptions;
  readonly #changes = new WorkloadChanges();
  readonly #renewal: CertificateRenewal;
  #client: Client | undefined;
  #stream: Stream | undefined;
  /** From the welcome to the end of the stream. */
  #events: EventFlow | undefined;
  #isClosed = false;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #gathering: NodeJS.Timeout | undefined;
  #workloads: readonly AgentWorkload[] | undefined;
  #answer: PolicyAnswer | undefined;
  #policyVersion: string | undefined;
  #snapshots: Promise<void> = Promise.resolve();
  #commands = 0;

  constructor(options: ConnectAgentOptions) {
    this.#options = options;
    this.#policyVersion = options.policyVersion;
    this.#renewal = new CertificateRenewal(options.credentials, {
      ...options,
      clock: options.clock ?? systemClock,
      ask: (certificateRequest) => this.#send({ $case: 'renewal', value: { certificateRequest } }),
    });
    this.#open();
  }

  notify(): void {
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#events?.pump();
    }, GATHER_MS);
  }

  setWorkloads(workloads: readonly AgentWorkload[]): void {
    this.#workloads = workloads;
    this.#report();
  }

  answerPolicy(answer: PolicyAnswer): void {
    this.#answer = answer;
    if (answer.accepted) this.#policyVersion = answer.version;
    this.#tellAnswer();
  }

  async close(drainMs: number): Promise<void> {
    const until = Date.now() + drainMs;
    while (this.#events !== undefined && this.#options.spool.waiting > 0 && Date.now() < until) {
      this.#events.pump();
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    this.#isClosed = true;
    this.#renewal.end();
    for (const timer of [this.#timer, this.#gathering]) clearTimeout(timer);
    const stream = this.#stream;
    if (stream !== undefined) {
      const ended = new Promise((resolve) => stream.once('status', resolve));
      stream.end();
      const cut = setTimeout(() => stream.cancel(), Math.max(LOOK_MS, until - Date.now()));
      await ended;
      clearTimeout(cut);
    }
    this.#client?.close();
  }

  #open(): void {
    const client = openChannel(this.#options.address, this.#renewal.credentials);
    const stream = client.makeBidiStreamRequest(CONNECT.path, CONNECT.requestSerialize, CONNECT.responseDeserialize);
    this.#client = client;
    this.#stream = stream;
    this.#timer = setTimeout(() => stream.cancel(), WELCOME_TIMEOUT_MS);
    stream.on('data', (message: ToAgent) => {
      if (stream === this.#stream) this.#receive(stream, message.body);
    });
    stream.on('drain', () => this.#events?.pump());
    // Every stream ends with a status; an error is one that says so twice.
    stream.on('error', () => undefined);
    stream.on('status', (end: StatusObject) => this.#over(stream, client, end));
    const { node, version, capabilities } = this.#options;
    this.#send({
      $case: 'hello',
      value: { node, version, capabilities: [...capabilities], policyVersion: this.#policyVersion ?? '' },
    });
  }

  #over(stream: Stream, client: Client, end: StatusObject): void {
    client.close();
    if (stream !== this.#stream) return;
    this.#stream = undefined;
    this.#events = undefined;
    clearTimeout(this.#timer);
    this.#renewal.end();
    if (this.#isClosed) return;
    const why = line(end.code === status.OK ? 'the stream was ended' : end.details);
    this.#options.onState({ state: REFUSALS.includes(end.code) ? 'refused' : 'disconnected', why });
    const wait = (this.#options.backOffMs ?? backOffMs)(this.#failures);
    this.#failures += 1;
    this.#timer = setTimeout(() => this.#open(), wait);
  }

  #receive(stream: Stream, body: ToAgent['body']): void {
    switch (body?.$case) {
      case 'welcome':
        return this.#welcome(stream, body.value);
      case 'acknowledged':
        this.#failures = 0;
        return this.#events?.acknowledge(body.value);
      case 'snapshot': {
        const { version, document } = body.value;
        return this.#apply({ version, json: document.toString('utf8') });
      }
      case 'command':
        return void this.#obey(body.value.id, body.value.action);
      case 'renewal':
        return void this.#renewed(body.value);
      case undefined:
        // Of a newer control plane.
        return undefined;
    }
  }

  #welcome(stream: Stream, { epoch, sequence, authorities }: Welcome): void {
    clearTimeout(this.#timer);
    const stored = epoch === 0 ? undefined : { epoch, sequence };
    const send = (body: NonNullable<FromAgent['body']>): void => this.#send(body);
    this.#events = new EventFlow(this.#options.spool, stored, send, () => !stream.writableNeedDrain);
    this.#options.onState({ state: 'connected' });
    void this.#renewal.trust(authorities);
    this.#changes.forget();
    this.#report();
    this.#tellAnswer();
    this.#renewal.begin();
    this.#events.pump();
  }

  #report(): void {
    if (this.#events === undefined || this.#workloads === undefined) return;
    for (const report of this.#changes.reportsFor(this.#workloads)) this.#send({ $case: 'workloads', value: report });
  }

  #tellAnswer(): void {
    if (this.#events === undefined || this.#answer === undefined) return;
    this.#send({ $case: 'policy', value: answerToWire(this.#answer) });
  }

  #apply(snapshot: SnapshotText): void {
    this.#snapshots = this.#snapshots.then(() => this.#applyOne(snapshot));
  }

  async #applyOne(snapshot: SnapshotText): Promise<void> {
    try {
      this.answerPolicy(await this.#options.onSnapshot(snapshot));
    } catch (error) {
      this.answerPolicy({ version: snapshot.version, accepted: false, problems: [lineOf(error)], enforcement: [] });
    }
  }

  async #obey(id: string, action: Command['action']): Promise<void> {
    const result = ({ outcome, message, part }: CommandOutcome): void => {
      const { data, size } = part ?? NOTHING_READ;
      this.#send({ $case: 'result', value: { id, outcome, message: line(message), data: Buffer.from(data), size } });
    };
    if (action === undefined) {
      return result({ outcome: 'unsupported', message: 'this agent does not know the command' });
    }
    if (this.#commands >= MAX_COMMANDS_WAITING) {
      return result({ outcome: 'failed', message: 'too many commands at once' });
    }
    this.#commands += 1;
    try {
      const command = { kind: action.$case, ...action.value } as CommandAction;
      result(await this.#options.onCommand(command));
    } catch (error) {
      result({ outcome: 'failed', message: lineOf(error) });
    } finally {
      this.#commands -= 1;
    }
  }

  async #renewed(renewal: Renewal): Promise<void> {
    // The next stream shows the new certificate: this one is bound to the old.
    if (await this.#renewal.receive(renewal)) this.#stream?.end();
  }

  #send(body: NonNullable<FromAgent['body']>): void {
    if (this.#stream?.writable === true) this.#stream.write({ body });
  }
}
