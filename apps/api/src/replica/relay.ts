import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentRequest, AgentRequests, AgentStore, KnownWorkload, WorkloadStore } from '@bulkhead/control-plane';
import type { Clock } from '@bulkhead/core';
import type { CommandAction, CommandOutcome } from '@bulkhead/rpc';
import type { Logger } from '@bulkhead/runtime';
import { z } from 'zod';
import type { SettledByPerson } from '../response/quarantine-orders.ts';
import { readOutcome, writeOutcome } from './relayed-outcome.ts';

/** What this process does about the agents that are connected to it. */
export interface LocalAgents {
  /** Nothing when the agent is not connected here. Rejects when it does not answer. */
  commandHere(agent: string, action: CommandAction): Promise<CommandOutcome | undefined>;
  settleHere(workload: KnownWorkload, action: SettledByPerson, by: string): Promise<CommandOutcome | undefined>;
  dismissHere(agent: string, reason: string): void;
}

export interface RelayOptions {
  readonly requests: AgentRequests;
  readonly agents: Pick<AgentStore, 'get'>;
  readonly workloads: Pick<WorkloadStore, 'get'>;
  /** This process. */
  readonly replica: string;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
  /** Aborted when the process ends: then nobody waits for an answer. */
  readonly signal: AbortSignal;
}

/** Workload ids and reasons of an action were bounded where it came in. */
const Action = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('capture'), workloadId: z.string(), seconds: z.number(), maxBytes: z.number() }),
  z.object({ kind: z.literal('quarantine'), workloadId: z.string(), reason: z.string() }),
  z.object({ kind: z.literal('release'), workloadId: z.string() }),
  z.object({ kind: z.literal('scan'), workloadId: z.string(), scanId: z.string() }),
  z.object({ kind: z.literal('read'), file: z.string(), offset: z.number(), maxBytes: z.number() }),
]);
const Settled = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('quarantine'), reason: z.string() }),
  z.object({ kind: z.literal('release') }),
]);
const Request = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('command'), action: Action }),
  z.object({ kind: z.literal('settle'), workloadId: z.string(), action: Settled, by: z.string() }),
  z.object({ kind: z.literal('dismiss'), reason: z.string() }),
  /** The agent has connected to who asks. */
  z.object({ kind: z.literal('moved') }),
]);
type Request = z.output<typeof Request>;

/** How late a request is seen, and its answer. */
export const LOOK_MS = 200;
/** Requests that are taken at once; a process that is asked for more than it does lets them wait. */
const AT_ONCE = 100;
/** An agent has half of this for a command. What was asked before is not done any more: nobody waits for it. */
export const PATIENCE_MS = 60_000;

/** Reaches agents that are connected to other processes of the same store, and is reached by those. */
export class Relay {
  readonly #options: RelayOptions;
  readonly #working = new Set<Promise<void>>();

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  /** Has the process that an agent is connected to command it. Nothing when it is connected to none, or does not answer. */
  command(agent: string, action: CommandAction): Promise<CommandOutcome | undefined> {
    return this.#outcomeOf(agent, { kind: 'command', action });
  }

  /** As `command`, for what a person wants about quarantine. */
  settle({ agent, id }: KnownWorkload, action: SettledByPerson, by: string): Promise<CommandOutcome | undefined> {
    return this.#outcomeOf(agent, { kind: 'settle', workloadId: id, action, by });
  }

  /** Has another process end the stream of an agent, if it is connected to one. */
  async dismiss(agent: string, reason: string): Promise<void> {
    const known = await this.#options.agents.get(agent);
    if (known?.replica === undefined || known.replica === this.#options.replica) return;
    await this.#ask(known.replica, agent, { kind: 'dismiss', reason });
  }

  /** Tells the process that an agent was connected to that it is connected to this one now. */
  async moved(agent: string, from: string): Promise<void> {
    await this.#ask(from, agent, { kind: 'moved' });
  }

  /** Takes what others ask for, and begins with it. */
  async look(local: LocalAgents): Promise<void> {
    const { requests, replica, logger } = this.#options;
    const room = AT_ONCE - this.#working.size;
    if (room <= 0) return;
    for (const request of await requests.take(replica, room)) {
      const work = this.#do(request, local)
        .catch((error: unknown) =>
          logger.warn({ err: error, agent: request.agent }, 'a request of another replica fails'),
        )
        .finally(() => this.#working.delete(work));
      this.#working.add(work);
    }
  }

  /** Forgets what nobody waits for. */
  async prune(): Promise<void> {
    const { requests, clock } = this.#options;
    await requests.prune(new Date(clock.now() - 2 * PATIENCE_MS).toISOString());
  }

  /** Resolves when nothing is in work. */
  async settled(): Promise<void> {
    await Promise.all(this.#working);
  }

  async #outcomeOf(agent: string, request: Request): Promise<CommandOutcome | undefined> {
    const { requests, agents, replica, signal } = this.#options;
    const known = await agents.get(agent);
    if (known?.replica === undefined || known.replica === replica) return undefined;
    const id = await this.#ask(known.replica, agent, request);
    for (let waited = 0; waited < PATIENCE_MS && !signal.aborted; waited += LOOK_MS) {
      await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
      const found = await requests.collect(id);
      if (found === 'gone') return undefined;
      if (found !== 'waiting') return readOutcome(found.answer);
    }
    await requests.withdraw(id);
    return undefined;
  }

  async #ask(replica: string, agent: string, request: Request): Promise<string> {
    const { requests, clock } = this.#options;
    const id = randomUUID();
    const askedAt = new Date(clock.now()).toISOString();
    await requests.ask({ id, replica, agent, document: JSON.stringify(request), askedAt });
    return id;
  }

  async #do({ id, agent, document, askedAt }: AgentRequest, local: LocalAgents): Promise<void> {
    const { requests, agents, replica, clock } = this.#options;
    // What a later version asks for is not understood, and answered with nothing.
    const request = Request.safeParse(JSON.parse(document)).data;
    if (request?.kind === 'command' || request?.kind === 'settle') {
      const isLate = clock.now() - Date.parse(askedAt) > PATIENCE_MS;
      const outcome = isLate ? undefined : await this.#answer(agent, request, local).catch(() => undefined);
      await requests.answer(id, writeOutcome(outcome));
      return;
    }
    await requests.withdraw(id);
    if (request?.kind === 'dismiss') local.dismissHere(agent, request.reason);
    if (request?.kind === 'moved' && (await agents.get(agent))?.replica !== replica) {
      local.dismissHere(agent, 'it is connected to another replica');
    }
  }

  async #answer(
    agent: string,
    request: Extract<Request, { kind: 'command' | 'settle' }>,
    local: LocalAgents,
  ): Promise<CommandOutcome | undefined> {
    if (request.kind === 'command') return local.commandHere(agent, request.action);
    const workload = await this.#options.workloads.get(request.workloadId);
    return workload?.agent === agent ? local.settleHere(workload, request.action, request.by) : undefined;
  }
}
