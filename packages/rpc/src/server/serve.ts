import { randomUUID } from 'node:crypto';
import { type Clock, systemClock } from '@bulkhead/core';
import { type Logger, listen } from '@bulkhead/runtime';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { KEEPALIVE_MS, KEEPALIVE_TIMEOUT_MS, MAX_MESSAGE_FROM_AGENT, MAX_MESSAGE_TO_AGENT } from '../wire/limits.ts';
import { CONNECT_SERVED, ENROL } from '../wire/service.ts';
import { line } from '../wire/text.ts';
import { AgentStream, STATUS } from './agent-stream.ts';
import { enrolling } from './enrolling.ts';
import type { AgentHub, AgentIssuer } from './hub.ts';
import { tellRefusedMessages } from './refused-messages.ts';
import { type ServerIdentity, TlsFront } from './tls-front.ts';

export interface ServeAgentsOptions {
  /** Where to listen; port 0 takes any free one. */
  readonly host: string;
  readonly port: number;
  readonly identity: ServerIdentity;
  readonly issuer: AgentIssuer;
  readonly hub: AgentHub;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  readonly clock?: Clock;
  /** For tests: how long somebody stays connected who is no agent. */
  readonly strangerMs?: number;
}

/** The control plane's end of the wire. */
export interface AgentServer {
  readonly port: number;
  /** How many agents have a stream. */
  readonly connected: number;
  /** Shows another certificate from the next connection on. */
  setIdentity(identity: ServerIdentity): void;
  /** Ends every stream in order, so that sessions know, then the connections. */
  close(): Promise<void>;
}

/** Streams of one connection: the agent's one, and an enrolment. */
const MAX_STREAMS = 4;
/** How long the end of an agent's old stream may take before its new one is refused. */
const TAKE_OVER_MS = 10_000;

/** Serves agents. Throws `ADDRESS_IN_USE` and `ADDRESS_UNAVAILABLE`. */
export async function serveAgents(options: ServeAgentsOptions): Promise<AgentServer> {
  const { host, port, identity, issuer, hub, logger, clock = systemClock, strangerMs } = options;
  const streams = new Map<string, { readonly stream: AgentStream; readonly done: Promise<void> }>();
  const running = new Map<AgentStream, Promise<void>>();

  const grpc = new Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_FROM_AGENT,
    'grpc.max_send_message_length': MAX_MESSAGE_TO_AGENT,
    'grpc.max_concurrent_streams': MAX_STREAMS,
    'grpc.keepalive_time_ms': KEEPALIVE_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    interceptors: [
      tellRefusedMessages((name, problem) => {
        const peer = front.peerOf(name);
        const log = { ...(peer.kind === 'agent' && { agent: peer.id }), peer: name, reason: line(problem) };
        logger.warn(log, 'a message was refused');
      }),
    ],
  });
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());
  const front = new TlsFront({
    identity,
    clock,
    strangerMs,
    trustPem: () => issuer.trustPem(),
    onConnection: (socket) => injector.injectConnection(socket),
    onRefused: (peer, problem) => logger.warn({ peer, problem: line(problem) }, 'a connection was refused'),
  });

  async function takeOver(agentId: string, stream: AgentStream): Promise<void> {
    const before = streams.get(agentId);
    const done = running.get(stream) ?? Promise.resolve();
    streams.set(agentId, { stream, done });
    if (before === undefined || before.stream === stream) return;
    logger.warn({ agent: agentId }, 'an agent connected again: its stream before is ended');
    before.stream.leave('the agent connected again');
    const late = AbortSignal.timeout(TAKE_OVER_MS);
    await Promise.race([
      before.done,
      new Promise((_, reject) => {
        late.addEventListener('abort', () => reject(new Error('the stream before did not end in time')), {
          once: true,
        });
      }),
    ]);
  }

  grpc.addService(
    { enrol: ENROL, connect: CONNECT_SERVED },
    {
      enrol: enrolling({ hub, issuer, logger }),
      connect(call: ConstructorParameters<typeof AgentStream>[0]) {
        const peer = front.peerOf(call.getPeer());
        if (peer.kind !== 'agent') {
          const details = peer.kind === 'stranger' ? 'no certificate was shown: enrol first' : peer.problem;
          call.emit('error', { code: STATUS.unauthenticated, details: line(details) });
          return;
        }
        const stream = new AgentStream(call, peer, { hub, issuer, logger, clock, takeOver });
        const done = stream.run().finally(() => {
          running.delete(stream);
          if (streams.get(peer.id)?.stream === stream) streams.delete(peer.id);
        });
        running.set(stream, done);
      },
    },
  );

  const taken = await listen(front.server, {
    host,
    port,
    what: 'serve agents',
    fix: 'configure another address for agents',
  });
  return {
    port: taken,
    get connected() {
      return streams.size;
    },
    setIdentity: (next) => front.setIdentity(next),
    async close() {
      const ending = [...running].map(([stream, done]) => {
        stream.leave('the control plane is going down');
        return done;
      });
      await Promise.all(ending);
      injector.destroy();
      await front.close();
      grpc.forceShutdown();
    },
  };
}

/** An id for a new agent. */
export function newAgentId(): string {
  return randomUUID();
}
