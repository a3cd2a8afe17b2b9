import { X509Certificate } from 'node:crypto';
import { type Clock, systemClock } from '@bulkhead/core';
import { type Client, type ClientDuplexStream, type StatusObject, status } from '@grpc/grpc-js';
import type {
  Command,
  FromAgent,
  Renewal,
  ToAgent,
  Welcome,
  PolicyAnswer as WireAnswer,
} from '../gen/agent/v1/agent.ts';
import type {
  CommandAction,
  CommandOutcome,
  Enforcement,
  PolicyAnswer,
  Position,
  SnapshotText,
} from '../server/hub.ts';
import { isUpTo } from '../server/stored.ts';
import type { Spool } from '../spool/spool.ts';
import {
  MAX_ANSWER_LINES,
  MAX_BATCH_BYTES,
  MAX_BATCH_EVENTS,
  MAX_BATCHES_IN_FLIGHT,
  MAX_COMMANDS_WAITING,
} from '../wire/limits.ts';
import { CONNECT } from '../wire/service.ts';
import { line, lineOf } from '../wire/text.ts';
import { backOffMs } from './back-off.ts';
import { type AgentCredentials, openChannel } from './channel.ts';
import { WorkloadChanges } from './workload-changes.ts';
import type { AgentWorkload } from './workload-to-wire.ts';

export interface ConnectAgentOptions {
  /** `host:port` of the control plane. */
  readonly address: string;
  readonly credentials: AgentCredentials;
  readonly node: string;
  readonly version: string;
  readonly capabilities: readonly string[];
  /** Events waiting to be sent. The connection reads and acknowledges; `notify` tells of new ones. */
  readonly spool: Spool;
  /** The version of the snapshot that is enforced already. */
  readonly policyVersion: string | undefined;
  /** Called one after the other. What it resolves with is told to the control plane. */
  readonly onSnapshot: (snapshot: SnapshotText) => Promise<PolicyAnswer>;
  readonly onCommand: (action: CommandAction) => Promise<CommandOutcome>;
  /** Makes a new key and a request for its certificate (PEM). */
  readonly createRequest: () => Promise<{ readonly requestPem: string; readonly keyPem: string }>;
  /** New credentials came; they are used once this has resolved. */
  readonly onCredentials: (credentials: AgentCredentials) => Promise<void>;
  /** Told at each change. */
  readonly onState: (state: ConnectionState) => void;
  /** What went wrong and is tried again, for people: a renewal that was refused, credentials that could not be kept. */
  readonly onProblem: (problem: string) => void;
  readonly clock?: Clock;
  /** For tests: how long to wait after so many failures. */
  readonly backOffMs?: (failures: number) => number;
}

export type ConnectionState =
  | { readonly state: 'connected' }
  /** It is tried again. `refused`: the control plane answered, and does not want this agent. */
  | { readonly state: 'disconnected' | 'refused'; readonly why: string };

/** An agent's end of the wire. It connects, and connects again, until it is closed. */
export interface AgentConnection {
  /** There are new events in the spool. */
  notify(): void;
  /** The workloads of the node, whenever they change. */
  setWorkloads(workloads: readonly AgentWorkload[]): void;
  /** What has become of the policy in force, whenever it changes. */
  answerPolicy(answer: PolicyAnswer): void;
  /** Waits until the spool is empty, at most so long, and ends the stream. */
  close(drainMs: number): Promise<void>;
}

type Stream = ClientDuplexStream<FromAgent, ToAgent>;

/** What trying again does not mend: somebody has to do something. It is tried all the same. */
const REFUSALS: readonly status[] = [status.PERMISSION_DENIED, status.UNAUTHENTICATED, status.INVALID_ARGUMENT];
/** How long events are gathered before they are sent, so that a batch is worth its transaction. */
const GATHER_MS = 200;
/** Between a connection attempt and the welcome. */
const WELCOME_TIMEOUT_MS = 30_000;
/** The share of a certificate's life after which it is renewed. */
const RENEW_AFTER = 2 / 3;
/** How long after a renewal that failed it is asked for again. */
const RENEW_AGAIN_MS = 60_000;
/** The longest a timer of Node can be set to. */
const MAX_TIMER_MS = 2 ** 31 - 1;
const LOOK_MS = 20;

/** Connects an agent. Returns at once; `onState` tells how it goes. */
export function connectAgent(options: ConnectAgentOptions): AgentConnection {
  return new Connection(options);
}

class Connection implements AgentConnection {
  readonly #options: ConnectAgentOptions;
  readonly #clock: Clock;
  readonly #changes = new WorkloadChanges();
  #credentials: AgentCredentials;
  #client: Client | undefined;
  #stream: Stream | undefined;
  #isWelcome = false;
  #isClosed = false;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #gathering: NodeJS.Timeout | undefined;
  #renewal: NodeJS.Timeout | undefined;
  #newKeyPem: string | undefined;
  /** After what is sent next. */
  #cursor: Position | undefined;
  readonly #inFlight: Position[] = [];
  #workloads: readonly AgentWorkload[] | undefined;
  #answer: PolicyAnswer | undefined;
  #policyVersion: string | undefined;
  #snapshots: Promise<void> = Promise.resolve();
  #commands = 0;

  constructor(options: ConnectAgentOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#credentials = options.credentials;
    this.#policyVersion = options.policyVersion;
    this.#open();
  }

  notify(): void {
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#pump();
    }, GATHER_MS);
  }

  setWorkloads(workloads: readonly AgentWorkload[]): void {
    this.#workloads = workloads;
    this.#report();
  }

  answerPolicy(answer: PolicyAnswer): void {
    this.#answer = answer;
    if (answer.accepted) this.#policyVersion = answer.version;
    if (this.#isWelcome) this.#send({ $case: 'policy', value: answerToWire(answer) });
  }

  async close(drainMs: number): Promise<void> {
    const until = Date.now() + drainMs;
    while (this.#isWelcome && this.#options.spool.waiting > 0 && Date.now() < until) {
      this.#pump();
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    this.#isClosed = true;
    for (const timer of [this.#timer, this.#gathering, this.#renewal]) clearTimeout(timer);
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
    const client = openChannel(this.#options.address, this.#credentials);
    const stream = client.makeBidiStreamRequest(CONNECT.path, CONNECT.requestSerialize, CONNECT.responseDeserialize);
    this.#client = client;
    this.#stream = stream;
    this.#timer = setTimeout(() => stream.cancel(), WELCOME_TIMEOUT_MS);
    stream.on('data', (message: ToAgent) => {
      if (stream === this.#stream) this.#receive(message.body);
    });
    stream.on('drain', () => this.#pump());
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
    this.#isWelcome = false;
    this.#inFlight.length = 0;
    clearTimeout(this.#timer);
    clearTimeout(this.#renewal);
    if (this.#isClosed) return;
    const why = line(end.code === status.OK ? 'the stream was ended' : end.details);
    this.#options.onState({ state: REFUSALS.includes(end.code) ? 'refused' : 'disconnected', why });
    const wait = (this.#options.backOffMs ?? backOffMs)(this.#failures);
    this.#failures += 1;
    this.#timer = setTimeout(() => this.#open(), wait);
  }

  #receive(body: ToAgent['body']): void {
    switch (body?.$case) {
      case 'welcome':
        return this.#welcome(body.value);
      case 'acknowledged':
        return this.#acknowledge(body.value);
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

  #welcome({ epoch, sequence, authorities }: Welcome): void {
    clearTimeout(this.#timer);
    const { spool, onState } = this.#options;
    this.#isWelcome = true;
    this.#cursor = epoch === 0 ? undefined : { epoch, sequence };
    if (this.#cursor !== undefined) spool.acknowledge(this.#cursor);
    onState({ state: 'connected' });
    if (authorities !== '' && authorities !== this.#credentials.trustPem) {
      void this.#adopt({ ...this.#credentials, trustPem: authorities });
    }
    this.#changes.forget();
    this.#report();
    if (this.#answer !== undefined) this.#send({ $case: 'policy', value: answerToWire(this.#answer) });
    this.#planRenewal(0);
    this.#pump();
  }

  #acknowledge(position: Position): void {
    this.#failures = 0;
    this.#options.spool.acknowledge(position);
    while (this.#inFlight[0] !== undefined && isUpTo(this.#inFlight[0], position)) this.#inFlight.shift();
    this.#pump();
  }

  /** Sends what waits, as far as the control plane and the connection keep up. */
  #pump(): void {
    while (
      this.#isWelcome &&
      this.#inFlight.length < MAX_BATCHES_IN_FLIGHT &&
      this.#stream?.writableNeedDrain === false
    ) {
      const batch = this.#options.spool.read(this.#cursor, MAX_BATCH_EVENTS, MAX_BATCH_BYTES);
      if (batch === undefined) return;
      const { epoch, firstSequence, events } = batch;
      this.#cursor = { epoch, sequence: firstSequence + events.length - 1 };
      this.#inFlight.push(this.#cursor);
      this.#send({ $case: 'events', value: { epoch, firstSequence, events: [...events] } });
    }
  }

  #report(): void {
    if (!this.#isWelcome || this.#workloads === undefined) return;
    for (const report of this.#changes.reportsFor(this.#workloads)) this.#send({ $case: 'workloads', value: report });
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
    const result = (outcome: CommandOutcome['outcome'], message: string): void =>
      this.#send({ $case: 'result', value: { id, outcome, message: line(message) } });
    if (action === undefined) return result('unsupported', 'this agent does not know the command');
    if (this.#commands >= MAX_COMMANDS_WAITING) return result('failed', 'too many commands at once');
    this.#commands += 1;
    try {
      const command = { kind: action.$case, ...action.value } as CommandAction;
      const { outcome, message } = await this.#options.onCommand(command);
      result(outcome, message);
    } catch (error) {
      result('failed', lineOf(error));
    } finally {
      this.#commands -= 1;
    }
  }

  #planRenewal(notBeforeMs: number): void {
    clearTimeout(this.#renewal);
    const certificate = new X509Certificate(this.#credentials.chainPem);
    const from = certificate.validFromDate.getTime();
    const due = from + (certificate.validToDate.getTime() - from) * RENEW_AFTER;
    const wait = Math.max(notBeforeMs, due - this.#clock.now());
    this.#renewal = setTimeout(() => void this.#renew(wait > MAX_TIMER_MS), Math.min(wait, MAX_TIMER_MS));
  }

  async #renew(isTooEarly: boolean): Promise<void> {
    if (isTooEarly) return this.#planRenewal(0);
    this.#planRenewal(RENEW_AGAIN_MS);
    try {
      const { requestPem, keyPem } = await this.#options.createRequest();
      this.#newKeyPem = keyPem;
      this.#send({ $case: 'renewal', value: { certificateRequest: requestPem } });
    } catch (error) {
      this.#options.onProblem(`cannot ask for a new certificate: ${lineOf(error)}`);
    }
  }

  async #renewed({ certificateChain, authorities, problem }: Renewal): Promise<void> {
    const keyPem = this.#newKeyPem;
    this.#newKeyPem = undefined;
    if (certificateChain === '') return this.#options.onProblem(`the certificate is not renewed: ${line(problem)}`);
    if (keyPem === undefined) return;
    const isKept = await this.#adopt({ chainPem: certificateChain, keyPem, trustPem: authorities });
    // The next stream shows the new certificate: this one is bound to the old.
    if (isKept) this.#stream?.end();
  }

  async #adopt(credentials: AgentCredentials): Promise<boolean> {
    try {
      requireCertificate(credentials.chainPem);
      await this.#options.onCredentials(credentials);
    } catch (error) {
      this.#options.onProblem(`cannot keep the new certificate: ${lineOf(error)}`);
      return false;
    }
    this.#credentials = credentials;
    return true;
  }

  #send(body: NonNullable<FromAgent['body']>): void {
    if (this.#stream?.writable === true) this.#stream.write({ body });
  }
}

/** Throws when it is none: a control plane that sends something else must not cost the one that works. */
function requireCertificate(pem: string): X509Certificate {
  return new X509Certificate(pem);
}

/** Within the limits of the wire; what is more is summed up. */
function answerToWire({ version, accepted, problems, enforcement }: PolicyAnswer): WireAnswer {
  const places = enforcement.toSorted((a, b) => Number(a.enforced) - Number(b.enforced));
  return {
    version,
    accepted,
    problems: bounded(problems.map(line), (more) => `and ${more} more problems`),
    enforcement: places.slice(0, MAX_ANSWER_LINES).map(({ workloadId, enforced, problem }: Enforcement) => ({
      workloadId,
      enforced,
      problem: line(problem ?? ''),
    })),
  };
}

function bounded(lines: readonly string[], rest: (more: number) => string): string[] {
  if (lines.length <= MAX_ANSWER_LINES) return [...lines];
  return [...lines.slice(0, MAX_ANSWER_LINES - 1), rest(lines.length - MAX_ANSWER_LINES + 1)];
}
