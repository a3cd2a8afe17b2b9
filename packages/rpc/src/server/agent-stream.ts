import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '@bulkhead/core';
import type { Logger } from '@bulkhead/runtime';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { RpcError } from '../error.ts';
import type { FromAgent, ToAgent } from '../gen/agent/v1/agent.ts';
import { afterLong } from '../long-timer.ts';
import {
  HELLO_TIMEOUT_MS,
  MAX_COMMANDS_WAITING,
  MAX_PEM,
  MAX_SNAPSHOT_BYTES,
  MAX_WORKLOADS,
  MAX_WORKLOADS_CHARACTERS,
} from '../wire/limits.ts';
import type { Position } from '../wire/position.ts';
import type { Unreadable } from '../wire/service.ts';
import type { CommandAction, CommandOutcome, SnapshotText } from '../wire/terms.ts';
import { line } from '../wire/text.ts';
import { commandToWire } from './command-to-wire.ts';
import { ProtocolViolation, readAnswer, readBatch, readHello, readReport, readResult } from './from-agent.ts';
import type { AgentHub, AgentIssuer, AgentLink, AgentSession, WorkloadReport } from './hub.ts';
import type { Peer } from './peer.ts';
import { newPart } from './stored.ts';

type Call = ServerDuplexStream<FromAgent | Unreadable, ToAgent>;
type Body<Case> = Extract<NonNullable<FromAgent['body']>, { $case: Case }>['value'];

export interface StreamOptions {
  readonly hub: AgentHub;
  readonly issuer: AgentIssuer;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  readonly clock: Clock;
  /** Ends the stream that this agent had before, and resolves when its session knows. */
  readonly takeOver: (agentId: string, stream: AgentStream) => Promise<void>;
}

/** gRPC's status numbers as far as streams end with them. */
export const STATUS = { invalidArgument: 3, permissionDenied: 7, unavailable: 14, unauthenticated: 16, deadline: 4 };

/** Why a stream ends, with the status that the agent is told. */
class StreamEnd extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** How long a hub may take with the last message of a stream that ended before its session is closed all the same. */
const SETTLE_MS = 5_000;

/** One agent's stream from its hello to its end. What it says is handled one message after the other. */
export class AgentStream implements AgentLink {
  readonly #call: Call;
  readonly #peer: Extract<Peer, { kind: 'agent' }>;
  readonly #options: StreamOptions;
  readonly #waiting = new Map<string, (outcome: CommandOutcome | undefined) => void>();
  /** How long each is, by its id. */
  readonly #workloads = new Map<string, number>();
  #workloadsLength = 0;
  readonly #ended = Promise.withResolvers<never>();
  #session: AgentSession | undefined;
  #stored: Position | undefined;
  #snapshot: SnapshotText | undefined;
  /** What the hub is doing with the last message. */
  #busy: Promise<void> = Promise.resolve();
  #isFlushing = false;
  #isOver = false;

  constructor(call: Call, peer: Extract<Peer, { kind: 'agent' }>, options: StreamOptions) {
    this.#call = call;
    this.#peer = peer;
    this.#options = options;
    this.#ended.promise.catch(() => undefined);
  }

  /** Serves the stream. Resolves when it is over and its session knows; never rejects. */
  async run(): Promise<void> {
    const { logger, clock } = this.#options;
    const log = { agent: this.#peer.id, peer: this.#call.getPeer() };
    const expire = (): void => this.#end(STATUS.unauthenticated, 'the certificate has expired');
    const forgetExpiry = afterLong(this.#peer.notAfter - clock.now(), expire);
    const hello = setTimeout(() => this.#end(STATUS.deadline, 'no hello came in time'), HELLO_TIMEOUT_MS);
    let reason = 'the agent ended it';
    try {
      await Promise.race([this.#serve(() => clearTimeout(hello)), this.#ended.promise]);
      this.#call.end();
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
      this.#refuse(error, log);
    }
    forgetExpiry();
    clearTimeout(hello);
    this.#isOver = true;
    for (const answer of this.#waiting.values()) answer(undefined);
    // What is being stored is not overtaken by what the agent sends again on its next stream.
    const patience = new AbortController();
    await Promise.race([this.#busy, sleep(SETTLE_MS, undefined, { signal: patience.signal })]).catch(() => undefined);
    patience.abort();
    this.#session?.closed(reason);
    if (this.#session !== undefined) logger.info({ ...log, reason: line(reason) }, 'an agent is no longer connected');
  }

  sendSnapshot(snapshot: SnapshotText): void {
    const bytes = Buffer.byteLength(snapshot.json);
    if (bytes > MAX_SNAPSHOT_BYTES) {
      const why = `it has ${bytes} bytes, at most ${MAX_SNAPSHOT_BYTES} are possible`;
      const fix = 'give the policy fewer or smaller documents';
      throw new RpcError('MESSAGE_TOO_LARGE', { what: `cannot send policy ${snapshot.version}`, why, fix });
    }
    this.#snapshot = snapshot;
    void this.#flush();
  }

  command(action: CommandAction, timeoutMs: number): Promise<CommandOutcome> {
    const unavailable = (why: string): RpcError =>
      new RpcError('AGENT_UNAVAILABLE', { what: `agent ${this.#peer.id} did not answer to "${action.kind}"`, why });
    if (this.#isOver) return Promise.reject(unavailable('it is not connected'));
    if (this.#waiting.size >= MAX_COMMANDS_WAITING) {
      return Promise.reject(unavailable(`${MAX_COMMANDS_WAITING} commands wait for their results already`));
    }
    const id = randomUUID();
    const { promise, resolve, reject } = Promise.withResolvers<CommandOutcome>();
    const timer = setTimeout(() => answer(undefined, `nothing came within ${timeoutMs} ms`), timeoutMs);
    const answer = (outcome: CommandOutcome | undefined, why = 'its stream ended'): void => {
      clearTimeout(timer);
      this.#waiting.delete(id);
      if (outcome === undefined) reject(unavailable(why));
      else resolve(outcome);
    };
    this.#waiting.set(id, answer);
    this.#call.write(commandToWire(id, action, timeoutMs));
    return promise;
  }

  close(reason: string): void {
    this.#end(STATUS.permissionDenied, reason);
  }

  /** Ends the stream because the server does: the agent comes back, here or elsewhere. */
  leave(reason: string): void {
    this.#end(STATUS.unavailable, reason);
  }

  #end(code: number, reason: string): void {
    this.#ended.reject(new StreamEnd(code, reason));
  }

  async #serve(onHello: () => void): Promise<void> {
    // `destroyOnReturn` would throw the stream away before the status that tells the agent why.
    for await (const message of this.#call.iterator({ destroyOnReturn: false }) as AsyncIterable<
      FromAgent | Unreadable
    >) {
      if ('unreadable' in message) throw new ProtocolViolation(`a message cannot be read: ${message.unreadable}`);
      const { body } = message;
      if (this.#isOver) return;
      if (this.#session === undefined) {
        if (body?.$case !== 'hello') throw new ProtocolViolation('the first message must be a hello');
        // Whoever takes the stream over waits for it: a hub that lets both in would keep the one that is over.
        this.#busy = this.#welcome(body.value);
        await this.#busy;
        onHello();
      } else {
        this.#busy = this.#handle(this.#session, body);
        await this.#busy;
      }
    }
  }

  async #welcome(message: Body<'hello'>): Promise<void> {
    const { hub, issuer, logger, takeOver } = this.#options;
    const { node, version, capabilities, policyVersion } = readHello(message);
    const { id, serial, notAfter } = this.#peer;
    await takeOver(id, this);
    if (this.#isOver) return;
    const peer = this.#call.getPeer();
    const agent = { id, node, version, capabilities, peer, certificate: { serial, notAfter } };
    const decision = await hub.connect(
      { ...agent, policyVersion: policyVersion === '' ? undefined : policyVersion },
      this,
    );
    if (!decision.ok) throw new StreamEnd(STATUS.permissionDenied, decision.problem);
    if (this.#isOver) {
      decision.session.closed('its stream ended before it was let in');
      return;
    }
    this.#session = decision.session;
    this.#stored = decision.stored;
    const { epoch, sequence } = decision.stored ?? { epoch: 0, sequence: 0 };
    await this.#send({ $case: 'welcome', value: { epoch, sequence, authorities: issuer.trustPem() } });
    logger.info({ agent: id, node: line(node), version: line(version), peer }, 'an agent is connected');
    void this.#flush();
  }

  async #handle(session: AgentSession, body: FromAgent['body']): Promise<void> {
    switch (body?.$case) {
      case 'events':
        return this.#store(session, body.value);
      case 'workloads':
        return session.workloads(this.#counted(readReport(body.value)));
      case 'policy':
        return session.policyAnswered(readAnswer(body.value));
      case 'result': {
        const { id, ...outcome } = readResult(body.value);
        // One that comes too late is nobody's any more.
        this.#waiting.get(id)?.(outcome);
        return undefined;
      }
      case 'renewal':
        return this.#renew(body.value.certificateRequest);
      case 'hello':
        throw new ProtocolViolation('a second hello');
      case undefined:
        // Of a newer agent.
        return undefined;
    }
  }

  async #store(session: AgentSession, message: Body<'events'>): Promise<void> {
    const received = readBatch(message);
    const batch = newPart(received, this.#stored);
    if (batch !== undefined) {
      await session.storeBatch(batch);
      this.#stored = { epoch: batch.epoch, sequence: batch.sequence };
    }
    if (this.#stored !== undefined) await this.#send({ $case: 'acknowledged', value: { ...this.#stored } });
  }

  #counted(report: WorkloadReport): WorkloadReport {
    if (report.whole) {
      this.#workloads.clear();
      this.#workloadsLength = 0;
    }
    for (const id of report.gone) this.#count(id, 0);
    for (const workload of report.present) this.#count(workload.id, JSON.stringify(workload).length);
    if (this.#workloads.size > MAX_WORKLOADS) throw new ProtocolViolation(`more than ${MAX_WORKLOADS} workloads`);
    if (this.#workloadsLength > MAX_WORKLOADS_CHARACTERS) {
      throw new ProtocolViolation(`workloads of more than ${MAX_WORKLOADS_CHARACTERS} characters`);
    }
    return report;
  }

  #count(id: string, length: number): void {
    this.#workloadsLength += length - (this.#workloads.get(id) ?? 0);
    if (length === 0) this.#workloads.delete(id);
    else this.#workloads.set(id, length);
  }

  async #renew(requestPem: string): Promise<void> {
    const { issuer, logger } = this.#options;
    if (requestPem.length > MAX_PEM) throw new ProtocolViolation('a request for a certificate is too long');
    const outcome = await issuer.sign(this.#peer.id, requestPem);
    logger.info({ agent: this.#peer.id, renewed: outcome.ok }, 'an agent asked for a new certificate');
    const certificateChain = outcome.ok ? outcome.chainPem : '';
    const problem = outcome.ok ? '' : outcome.problem;
    await this.#send({ $case: 'renewal', value: { certificateChain, problem, authorities: issuer.trustPem() } });
  }

  /** Sends the newest snapshot as soon as the agent takes it. */
  async #flush(): Promise<void> {
    if (this.#session === undefined || this.#isFlushing) return;
    this.#isFlushing = true;
    try {
      while (this.#snapshot !== undefined && !this.#isOver) {
        const { version, json } = this.#snapshot;
        this.#snapshot = undefined;
        await this.#send({ $case: 'snapshot', value: { version, document: Buffer.from(json) } });
      }
    } catch {
      // The stream broke: `run` tells.
    } finally {
      this.#isFlushing = false;
    }
  }

  /** Writes, and waits while the agent is slow: an agent that does not read is not read from either. */
  async #send(body: NonNullable<ToAgent['body']>): Promise<void> {
    if (this.#call.write({ body }) || this.#isOver) return;
    await Promise.race([once(this.#call, 'drain'), this.#ended.promise]);
  }

  #refuse(error: unknown, log: object): void {
    const { logger } = this.#options;
    if (error instanceof StreamEnd) {
      logger.warn({ ...log, reason: line(error.message) }, 'the stream of an agent was ended');
      this.#fail(error.code, error.message);
    } else if (error instanceof ProtocolViolation) {
      logger.warn({ ...log, reason: line(error.message) }, 'an agent broke the protocol');
      this.#fail(STATUS.invalidArgument, error.message);
    } else if (this.#call.cancelled) {
      // The connection broke: nobody is left to tell.
    } else {
      logger.error({ ...log, err: error }, 'what an agent said could not be handled');
      this.#fail(STATUS.unavailable, 'the control plane could not handle it now');
    }
  }

  #fail(code: number, details: string): void {
    this.#call.emit('error', { code, details: line(details) });
  }
}
