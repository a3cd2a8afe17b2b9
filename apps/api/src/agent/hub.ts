import type { KnownWorkload } from '@bulkhead/control-plane';
import type { Clock } from '@bulkhead/core';
import { SnapshotCompiler } from '@bulkhead/policy';
import {
  type AgentHub,
  type AgentLink,
  type CommandAction,
  type CommandOutcome,
  type ConnectDecision,
  type ConnectingAgent,
  type EnrolClaim,
  type EnrolDecision,
  newAgentId,
  type PolicyAnswer,
} from '@bulkhead/rpc';
import type { Logger } from '@bulkhead/runtime';
import type { Store } from '@bulkhead/store';
import { secretHash } from '../access/secret.ts';
import type { PolicyInForce, PolicySupply } from '../policy/policy-in-force.ts';
import { CaptureOrders } from '../response/capture-orders.ts';
import { QuarantineOrders, type SettledByPerson } from '../response/quarantine-orders.ts';
import { Responder } from '../response/responder.ts';
import type { AgentCommands } from './agent-commands.ts';
import { allWorkloads } from './all-workloads.ts';
import { Session, type SessionPorts } from './session.ts';

export type HubStore = Pick<Store, 'agents' | 'workloads' | 'events' | 'enrolmentTokens' | 'audit' | 'quarantines'>;

export interface HubOptions {
  readonly store: HubStore;
  readonly policy: PolicySupply;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  readonly onEvents: (stored: number, repeated: number) => void;
}

/** A capture lasts minutes and is answered when it begins; more is an agent that hangs. */
const COMMAND_MS = 30_000;

interface Connected {
  readonly node: string;
  readonly link: AgentLink;
  sent: string | undefined;
  answer: PolicyAnswer | undefined;
  orders: QuarantineOrders | undefined;
}

/** How far the policy in force has come on the nodes whose agents are connected here. */
export interface Standing {
  readonly nodes: number;
  readonly enforcing: number;
  readonly notEnforced: readonly { readonly where: string; readonly why: string }[];
}

/** What the api does about agents: lets them in, keeps what they say, and sends each its part of the policy. */
export class Hub implements AgentHub, AgentCommands {
  readonly #options: HubOptions;
  readonly #connected = new Map<string, Connected>();
  readonly #responder: Responder;
  #compiler: SnapshotCompiler;
  /** Snapshots as text, while somebody may still be sent them. */
  readonly #texts = new Map<string, string>();

  private constructor(options: HubOptions, compiler: SnapshotCompiler) {
    this.#options = options;
    this.#compiler = compiler;
    this.#responder = new Responder(options.policy, options.clock);
    options.policy.onChange((policy) => this.#setPolicy(policy));
  }

  /** Begins with what the store knows: agents keep the addresses of workloads whose own agents are not back yet. */
  static async open(options: HubOptions): Promise<Hub> {
    const { store, policy } = options;
    await store.agents.disconnectAll();
    return new Hub(options, new SnapshotCompiler(policy.current, await allWorkloads(store.workloads)));
  }

  async enrol({ tokenId, tokenSecret, node, version, peer }: EnrolClaim): Promise<EnrolDecision> {
    const { store, clock } = this.#options;
    const at = new Date(clock.now()).toISOString();
    const token = await store.enrolmentTokens.use(tokenId, secretHash(tokenSecret), at);
    // Who has no token is logged by the server; only what changed something belongs to the audit.
    if (token === undefined) return { ok: false, problem: 'the enrolment token is not valid (any more)' };
    const agentId = newAgentId();
    await store.agents.enrol({ id: agentId, node, enrolledAt: at });
    await store.audit.append({
      at,
      actor: `enrolment-token:${token.id}`,
      address: peer,
      action: 'agent.enrol',
      target: agentId,
      outcome: 'done',
      detail: { node, version },
    });
    return { ok: true, agentId };
  }

  async connect(agent: ConnectingAgent, link: AgentLink): Promise<ConnectDecision> {
    const { store, clock } = this.#options;
    const known = await store.agents.get(agent.id);
    if (known === undefined) return { ok: false, problem: 'this control plane does not know it; enrol it again' };
    if (known.revokedAt !== undefined) return { ok: false, problem: `it was revoked at ${known.revokedAt}` };
    const at = new Date(clock.now()).toISOString();
    const { serial } = agent.certificate;
    await store.agents.noteConnected(agent.id, { at, version: agent.version, certificateSerial: serial });
    const position = await store.events.position(agent.id);
    // Sent also to an agent that has it: only its answer says what it enforces now.
    const connected: Connected = { node: known.node, link, sent: undefined, answer: undefined, orders: undefined };
    this.#connected.set(agent.id, connected);
    this.#send(agent.id, connected);
    const session: Session = new Session(agent.id, known.node, this.#ports(agent.id, connected));
    connected.orders = new QuarantineOrders(this.#options, {
      node: known.node,
      workloads: () => session.reported,
      command: (action) => link.command(action, COMMAND_MS),
    });
    return { ok: true, session, stored: position?.epoch === 0 ? undefined : position };
  }

  async command(agent: string, action: CommandAction): Promise<CommandOutcome | undefined> {
    return this.#connected.get(agent)?.link.command(action, COMMAND_MS);
  }

  async settle(workload: KnownWorkload, action: SettledByPerson, by: string): Promise<CommandOutcome | undefined> {
    return this.#connected.get(workload.agent)?.orders?.settle(workload, action, by);
  }

  /** Has agents cut off what they could not before. */
  async retryQuarantines(): Promise<void> {
    await Promise.all([...this.#connected.values()].map(async ({ orders }) => orders?.carryOut('open')));
  }

  dismiss(agent: string, reason: string): void {
    this.#connected.get(agent)?.link.close(reason);
  }

  /** What agents answered to the policy in force. */
  get standing(): Standing {
    const all = [...this.#connected.values()];
    const failing = all.map(({ node, answer }) => {
      const { version } = this.#compiler.snapshotFor(node);
      return notEnforcedOn(`node ${node}`, version, answer);
    });
    const enforcing = failing.filter((list) => list.length === 0).length;
    return { nodes: all.length, enforcing, notEnforced: failing.flat() };
  }

  #ports(agentId: string, connected: Connected): SessionPorts {
    const { store, clock, logger, onEvents } = this.#options;
    const captures = new CaptureOrders(this.#options, (action) => connected.link.command(action, COMMAND_MS));
    return {
      store,
      clock,
      logger,
      onEvents,
      respond: (workloads, document) =>
        this.#responder.answer({ agent: agentId, node: connected.node, workloads }, document),
      capture: (requests) => void captures.order(requests),
      cutOff: (which) => void connected.orders?.carryOut(which),
      put: (workload) => this.#compiler.put(workload),
      remove: (id) => this.#compiler.remove(id),
      sendTo: (nodes) => {
        for (const [id, one] of this.#connected) if (nodes.has(one.node)) this.#send(id, one);
      },
      onAnswer: (answer) => {
        connected.answer = answer;
      },
      isConnected: () => this.#connected.has(agentId),
      onClosed: () => {
        if (this.#connected.get(agentId) === connected) this.#connected.delete(agentId);
      },
    };
  }

  #setPolicy(policy: PolicyInForce): void {
    this.#compiler = this.#compiler.withPolicy(policy);
    this.#texts.clear();
    for (const [id, one] of this.#connected) this.#send(id, one);
  }

  #send(agent: string, connected: Connected): void {
    const snapshot = this.#compiler.snapshotFor(connected.node);
    const { version } = snapshot;
    if (version === connected.sent) return;
    let json = this.#texts.get(version);
    if (json === undefined) {
      json = JSON.stringify(snapshot);
      // Nodes with the same peers have the same snapshot; of others there may be as many as nodes.
      if (this.#texts.size > 16) this.#texts.clear();
      this.#texts.set(version, json);
    }
    try {
      connected.link.sendSnapshot({ version, json });
      connected.sent = version;
    } catch (error) {
      this.#options.logger.error({ err: error, agent }, 'a snapshot cannot be sent');
    }
  }
}

function notEnforcedOn(where: string, version: string, answer: PolicyAnswer | undefined): Standing['notEnforced'] {
  if (answer?.version !== version) return [{ where, why: 'its agent has not answered yet' }];
  if (!answer.accepted) return [{ where, why: answer.problems[0] ?? 'its agent refused it' }];
  return answer.enforcement
    .filter(({ enforced }) => !enforced)
    .map(({ workloadId, problem }) => ({ where: `workload ${workloadId} on ${where}`, why: problem ?? 'unknown' }));
}
