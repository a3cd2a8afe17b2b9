import type { FileReport, FlowReport, KnownWorkload, ProgramReport, ReportedWorkload } from '@bulkhead/control-plane';
import type { Clock } from '@bulkhead/core';
import { type ClusterService, type LeftOutCause, SnapshotCompiler } from '@bulkhead/policy';
import type {
  AgentHub,
  AgentLink,
  CommandAction,
  CommandOutcome,
  ConnectDecision,
  ConnectingAgent,
  EnrolClaim,
  EnrolDecision,
  PolicyAnswer,
} from '@bulkhead/rpc';
import type { Logger } from '@bulkhead/runtime';
import type { Store } from '@bulkhead/store';
import type { OwnerSupply } from '../cluster/cluster-owners.ts';
import type { ServiceSupply, ServiceTaker } from '../cluster/cluster-services.ts';
import type { PolicyInForce, PolicySupply } from '../policy/policy-in-force.ts';
import type { WorkloadTaker } from '../replica/follow-workloads.ts';
import type { LocalAgents, Relay } from '../replica/relay.ts';
import { CaptureOrders } from '../response/capture-orders.ts';
import { QuarantineOrders, type SettledByPerson } from '../response/quarantine-orders.ts';
import { Responder } from '../response/responder.ts';
import { AddressBook } from './address-book.ts';
import type { AgentCommands } from './agent-commands.ts';
import { allWorkloads, clusterId, clusterWorkload } from './all-workloads.ts';
import { enrolAgent } from './enrol-agent.ts';
import { NodeSnapshots } from './node-snapshots.ts';
import { observeEvent } from './observe-event.ts';
import { Paced } from './paced.ts';
import { ServiceBook } from './service-book.ts';
import { Session, type SessionPorts } from './session.ts';
import { answerOf, type Standing, standingOf } from './standing.ts';
import { withOwners } from './with-owners.ts';

export type HubStore = Pick<Store, 'agents' | 'workloads' | 'events' | 'enrolmentTokens' | 'audit' | 'quarantines'>;

export interface HubOptions {
  readonly store: HubStore;
  readonly policy: PolicySupply;
  /** Absent where the api is in no cluster. */
  readonly services?: ServiceSupply | undefined;
  /** Likewise. */
  readonly owners?: OwnerSupply | undefined;
  readonly clock: Clock;
  /** This process, by the name that others of the same store know it by. */
  readonly replica: string;
  /** Reaches agents of the others. */
  readonly relay: Pick<Relay, 'command' | 'settle' | 'dismiss' | 'moved'>;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  readonly onEvents: (stored: number, repeated: number) => void;
  readonly onFlows: (reports: readonly FlowReport[]) => void;
  readonly onPrograms: (reports: readonly ProgramReport[]) => void;
  readonly onFiles: (reports: readonly FileReport[]) => void;
}

/** A capture lasts minutes and is answered when it begins; more is an agent that hangs. */
const COMMAND_MS = 30_000;

/**
 * Where Services lead changes with every pod of theirs that is ready or not any more, for every node that has a rule about them; without
 * a pace one that flaps would have each agent apply rules as often.
 */
const SERVICES_EVERY_MS = 250;

/** What is known of those of another cluster. */
const NO_SERVICES = new ServiceBook();

/** Why an agent is shown out. */
export const REVOKED = 'it was revoked';

interface Connected {
  readonly node: string;
  readonly link: AgentLink;
  sent: string | undefined;
  answer: PolicyAnswer | undefined;
  orders: QuarantineOrders | undefined;
}

/** What the api does about agents: lets them in, keeps what they say, and sends each its part of the policy. */
export class Hub implements AgentHub, AgentCommands, LocalAgents, WorkloadTaker, ServiceTaker {
  readonly #options: HubOptions;
  readonly #connected = new Map<string, Connected>();
  readonly #responder: Responder;
  readonly #captures: CaptureOrders;
  /** Workloads that the compiler knows, by agent. */
  readonly #told = new Map<string, Set<string>>();
  readonly #book: AddressBook;
  readonly #services = new ServiceBook();
  readonly #snapshots: NodeSnapshots;
  /** Nodes that are to hear of Services. */
  readonly #ofServices = new Paced<string>(SERVICES_EVERY_MS, (nodes) => this.#sendTo(nodes));

  private constructor(options: HubOptions, workloads: readonly KnownWorkload[]) {
    this.#options = options;
    const known = workloads.map(({ agent, ...workload }) => clusterWorkload(agent, workload.node, workload));
    this.#snapshots = new NodeSnapshots(new SnapshotCompiler(options.policy.current, known), options.logger);
    this.#book = new AddressBook(options.clock);
    for (const workload of workloads) {
      this.#toldBy(workload.agent).add(workload.id);
      this.#book.put(workload.agent, workload, 'store');
    }
    this.#responder = new Responder(options.policy, options.clock);
    this.#captures = new CaptureOrders(options);
    options.policy.onChange((policy) => this.#setPolicy(policy));
    options.services?.follow(this);
    if (options.services !== undefined) void this.#await(options.services.listed);
  }

  /** Begins with what the store knows: agents keep the addresses of workloads whose own agents are not back yet. */
  static async open(options: HubOptions): Promise<Hub> {
    return new Hub(options, await allWorkloads(options.store.workloads));
  }

  enrol(claim: EnrolClaim): Promise<EnrolDecision> {
    return enrolAgent(this.#options, claim);
  }

  async connect(agent: ConnectingAgent, link: AgentLink): Promise<ConnectDecision> {
    const { store, clock, replica, relay } = this.#options;
    const known = await store.agents.get(agent.id);
    if (known === undefined) return { ok: false, problem: 'this control plane does not know it; enrol it again' };
    if (known.revokedAt !== undefined) return { ok: false, problem: `it was revoked at ${known.revokedAt}` };
    const at = new Date(clock.now()).toISOString();
    const { serial } = agent.certificate;
    const position = await store.events.position(agent.id);
    const connected: Connected = { node: known.node, link, sent: undefined, answer: undefined, orders: undefined };
    // Before it is noted: the end of an earlier stream may be noted late, and must not undo that.
    this.#connected.set(agent.id, connected);
    try {
      const state = { at, version: agent.version, certificateSerial: serial, replica };
      // Whoever revokes it from here on finds it connected; who did before did not.
      if ((await store.agents.noteConnected(agent.id, state)) === 'revoked') {
        this.#forget(agent.id, connected);
        return { ok: false, problem: REVOKED };
      }
      // There it may be taken for connected until the network says otherwise.
      if (known.replica !== undefined && known.replica !== replica) await relay.moved(agent.id, known.replica);
    } catch (error) {
      this.#forget(agent.id, connected);
      throw error;
    }
    // Sent also to an agent that has it: only its answer says what it enforces now.
    this.#send(agent.id, connected);
    const session: Session = new Session(agent.id, this.#ports(agent.id, connected));
    connected.orders = new QuarantineOrders(this.#options, {
      node: known.node,
      workloads: () => session.reported,
      command: (action) => link.command(action, COMMAND_MS),
    });
    return { ok: true, session, stored: position?.epoch === 0 ? undefined : position };
  }

  async command(agent: string, action: CommandAction): Promise<CommandOutcome | undefined> {
    return this.isConnectedHere(agent) ? this.commandHere(agent, action) : this.#options.relay.command(agent, action);
  }

  async commandHere(agent: string, action: CommandAction): Promise<CommandOutcome | undefined> {
    return this.#connected.get(agent)?.link.command(action, COMMAND_MS);
  }

  async settle(workload: KnownWorkload, action: SettledByPerson, by: string): Promise<CommandOutcome | undefined> {
    if (this.isConnectedHere(workload.agent)) return this.settleHere(workload, action, by);
    return this.#options.relay.settle(workload, action, by);
  }

  async settleHere(workload: KnownWorkload, action: SettledByPerson, by: string): Promise<CommandOutcome | undefined> {
    return this.#connected.get(workload.agent)?.orders?.settle(workload, action, by);
  }

  /** Has agents cut off what they could not before. */
  async retryQuarantines(): Promise<void> {
    await Promise.all([...this.#connected.values()].map(async ({ orders }) => orders?.carryOut('open')));
  }

  async dismiss(agent: string, reason: string): Promise<void> {
    this.dismissHere(agent, reason);
    await this.#options.relay.dismiss(agent, reason);
  }

  dismissHere(agent: string, reason: string): void {
    this.#connected.get(agent)?.link.close(reason);
  }

  isConnectedHere(agent: string): boolean {
    return this.#connected.has(agent);
  }

  takeWorkloads(agent: string, node: string, workloads: readonly KnownWorkload[]): void {
    const told = this.#toldBy(agent);
    const present = new Set(workloads.map(({ id }) => id));
    const nodes = [
      ...workloads.flatMap((workload) => this.#put(agent, node, workload)),
      ...[...told].filter((id) => !present.has(id)).flatMap((id) => this.#remove(agent, id)),
    ];
    told.clear();
    for (const id of present) told.add(id);
    this.#sendTo(new Set(nodes));
  }

  putService(service: ClusterService): void {
    this.#services.put(service);
    this.#ofServices.ask(this.#snapshots.compiler.putService(service));
  }

  removeService(id: string): void {
    this.#services.remove(id);
    this.#ofServices.ask(this.#snapshots.compiler.removeService(id));
  }

  putNode(node: string): void {
    this.#sendTo(new Set(this.#snapshots.compiler.putNode(node)));
  }

  removeNode(node: string): void {
    this.#sendTo(new Set(this.#snapshots.compiler.removeNode(node)));
  }

  /** How many Services an agent is not told where they lead, of the agent with most of them. */
  get leftOut(): ReadonlyMap<LeftOutCause, number> {
    return this.#snapshots.leftOutMost([...this.#connected.values()].map(({ node }) => node));
  }

  /** Says again who is connected here, after others took this process for gone, and shows out who was revoked meanwhile. */
  async reclaim(): Promise<void> {
    const { store, replica } = this.#options;
    const revoked = await store.agents.reclaim([...this.#connected.keys()], replica);
    for (const id of revoked) this.dismissHere(id, REVOKED);
  }

  /** What agents answered to the policy in force: those that are connected here, and by the store those of other processes. */
  async standing(): Promise<Standing> {
    const { store, replica } = this.#options;
    const elsewhere = await store.agents.connectedElsewhere(replica);
    const notEnforced = await store.workloads.notEnforced(elsewhere.map(({ id }) => id));
    const all = [
      ...this.#connected.values(),
      ...elsewhere.map((agent) => ({ node: agent.node, answer: answerOf(agent, notEnforced) })),
    ];
    return standingOf(all, this.#snapshots, this.#options.services?.isRefused === true);
  }

  #ports(agentId: string, connected: Connected): SessionPorts {
    const { store, clock, logger, onEvents, onFlows, onPrograms, onFiles, replica } = this.#options;
    const { node } = connected;
    const command = (action: CommandAction): Promise<CommandOutcome> => connected.link.command(action, COMMAND_MS);
    return {
      store,
      clock,
      logger,
      onEvents,
      onFlows,
      onPrograms,
      onFiles,
      observe: (workloads, document, receivedAt) => {
        const origin = { agent: agentId, node, workloads };
        const services = this.#snapshots.isOfCluster(node) ? this.#services : NO_SERVICES;
        return observeEvent(document, receivedAt, this.#book, services, origin);
      },
      respond: (workloads, at, document) => this.#responder.answer({ agent: agentId, node, workloads }, at, document),
      onKept: () => this.#responder.kept(agentId),
      capture: (requests) => void this.#captures.order(agentId, requests, command),
      cutOff: (which) => void connected.orders?.carryOut(which),
      put: (workload) => this.#put(agentId, node, workload),
      remove: (id) => this.#remove(agentId, id),
      withOwners: (workload) =>
        // Pods of another cluster may be called alike.
        this.#snapshots.isOfCluster(node) ? withOwners(workload, this.#options.owners) : workload,
      sendTo: (nodes) => this.#sendTo(nodes),
      told: this.#toldBy(agentId),
      replica,
      onAnswer: (answer) => {
        connected.answer = answer;
      },
      isConnected: () => this.#connected.has(agentId),
      onClosed: () => this.#forget(agentId, connected),
    };
  }

  #forget(agent: string, connected: Connected): void {
    if (this.#connected.get(agent) !== connected) return;
    this.#connected.delete(agent);
    this.#book.unheard(agent);
  }

  #put(agent: string, node: string, workload: ReportedWorkload): readonly string[] {
    this.#book.put(agent, workload);
    return this.#snapshots.compiler.put(clusterWorkload(agent, node, workload));
  }

  #remove(agent: string, id: string): readonly string[] {
    this.#book.remove(agent, id);
    return this.#snapshots.compiler.remove(clusterId(agent, id));
  }

  #toldBy(agent: string): Set<string> {
    const told = this.#told.get(agent) ?? new Set<string>();
    this.#told.set(agent, told);
    return told;
  }

  #sendTo(nodes: ReadonlySet<string>): void {
    for (const [id, one] of this.#connected) if (nodes.has(one.node)) this.#send(id, one);
  }

  #sendToAll(): void {
    for (const [id, one] of this.#connected) this.#send(id, one);
  }

  #setPolicy(policy: PolicyInForce): void {
    this.#snapshots.setPolicy(policy);
    this.#sendToAll();
  }

  async #await(listed: Promise<unknown>): Promise<void> {
    await this.#snapshots.waitFor(listed);
    this.#sendToAll();
  }

  #send(agent: string, connected: Connected): void {
    try {
      const due = this.#snapshots.due(connected.node, connected.sent);
      if (due === undefined) return;
      connected.link.sendSnapshot(due);
      connected.sent = due.version;
    } catch (error) {
      this.#options.logger.error({ err: error, agent }, 'a snapshot cannot be sent');
    }
  }
}
