import type { ApplicationDeniedEvent } from '@bulkhead/inspector';
import { type LoggedPacket, readLogPrefix } from '@bulkhead/nftables';
import type { Policy, ServiceAddress, UnfollowedServices } from '@bulkhead/policy';
import type { Enforcement } from '@bulkhead/rpc';
import type { AgentConfig } from './config.ts';
import { Containers } from './container/containers.ts';
import type { ContainerSentinel } from './container/sentinel-port.ts';
import { attachmentOf, sourceId } from './enforcement/guard.ts';
import { Guards } from './enforcement/guards.ts';
import { joinEnforcement } from './enforcement/join.ts';
import type { Inspector, Steering } from './enforcement/ports.ts';
import type { NewAgentEvent, Subject } from './event/agent-event.ts';
import { bareSubject, subjectOf } from './event/subject.ts';
import { type DnsAnswer, readDnsAnswer } from './firewall/dns-answer.ts';
import type { ToldFlow } from './firewall/flow-events.ts';
import { NameTables } from './firewall/name-tables.ts';
import { readEndpoint } from './firewall/read-endpoint.ts';
import { readToldPacket } from './firewall/told-packet.ts';
import { type NamespacePlan, planNamespaces } from './plan.ts';
import type { PolicyChange } from './policy/policy-watch.ts';
import type { ResponsePlace } from './response/local-responses.ts';
import type { LocatedWorkload } from './workload/located.ts';
import type { RunningContainer } from './workload/running-container.ts';

export interface AgentPorts {
  readonly inspector: Inspector;
  readonly steering: Steering;
  readonly sentinel: ContainerSentinel;
  readonly emit: (event: NewAgentEvent) => void;
  /** A rule of the firewall told of a packet. */
  readonly onFlow: (subject: Subject, flow: ToldFlow) => void;
  /** What was told was lost, because the agent did not read in time. */
  readonly onLost: (count: number) => void;
  /** The workloads of a namespace were told the addresses of a name. */
  readonly onAnswer: (key: string, answer: DnsAnswer) => void;
  /** A workload of a namespace has ended, or another has begun there. */
  readonly onWorkloads: (plan: NamespacePlan) => void;
  /** The flows of a namespace are counted no longer. Never rejects. */
  readonly onLettingGo: (plan: NamespacePlan) => Promise<void>;
  /** Whether what an earlier agent left may be cleared where nothing is planned: not before a policy is known. */
  readonly mayClear: () => boolean;
  /** The addresses of this node as its workloads see them. */
  readonly nodeAddresses: () => readonly string[];
  /** What a container runs or writes is not counted, and why; or is again. */
  readonly onCounting: (notice: string) => void;
  /** The agent can never do its work on this machine. */
  readonly onHopeless: (error: unknown) => void;
}

/** Errors that no retry and no other policy mends. */
const HOPELESS = new Set(['QUEUE_UNSUPPORTED', 'ADDON_MISSING', 'ADDON_UNLOADABLE', 'NOT_PERMITTED']);

/** Keeps the namespaces and the containers of this node as its policy says, whichever of them changes. */
export class Agent {
  readonly #ports: AgentPorts;
  readonly #guards: Guards;
  /** What is about programs and files. */
  readonly containers: Containers;
  readonly #subjects = new Map<string, Subject>();
  #policy: Policy;
  #workloads: readonly LocatedWorkload[] | undefined;
  #members: Readonly<Record<string, readonly string[]>>;
  #services: readonly ServiceAddress[];
  #unfollowed: readonly UnfollowedServices[];
  #quarantined: ReadonlySet<string>;
  #plans: ReadonlyMap<string, NamespacePlan> = new Map();
  readonly #names: NameTables;
  readonly #swept = new Set<string>();

  constructor(
    config: Pick<AgentConfig, 'queue' | 'programs' | 'files'>,
    { policy, members = {}, services = [], unfollowed = [] }: PolicyChange,
    ports: AgentPorts,
    quarantined: ReadonlySet<string> = new Set(),
    names = new NameTables(),
  ) {
    this.#ports = ports;
    this.#names = names;
    this.#policy = policy;
    this.#members = members;
    this.#services = services;
    this.#unfollowed = unfollowed;
    this.#quarantined = quarantined;
    this.containers = new Containers(policy, ports, { programs: config.programs, files: config.files });
    this.#guards = new Guards(ports.inspector, ports.steering, config.queue, {
      onHeld: (plan, before) => this.#onHeld(plan, before),
      onLettingGo: ports.onLettingGo,
      onLetGo: (plan, problem) => {
        ports.emit({
          event: 'workload-released',
          ...subjectOf(plan),
          ...(problem !== undefined && { problem: text(problem) }),
        });
      },
      onFailed: (plan, error) => {
        ports.emit({ event: 'workload-failed', problem: text(error), ...subjectOf(plan) });
        if (HOPELESS.has((error as { code?: string }).code ?? '')) ports.onHopeless(error);
      },
    });
  }

  /** Why the agent does not do its work yet, or not everywhere. */
  get notReady(): string | undefined {
    if (this.#workloads === undefined) return 'the workloads of this node are not known yet';
    const { failures } = this.#guards;
    return failures === 0 ? undefined : `${failures} network namespaces are not held to their policy`;
  }

  get namespaces(): { readonly held: number; readonly failed: number } {
    return { held: this.#guards.heldPlans.length, failed: this.#guards.failures };
  }

  /** Namespaces whose flows are counted. */
  get countedPlans(): readonly NamespacePlan[] {
    return this.#guards.countedPlans;
  }

  /** The addresses of workloads, here and elsewhere, that groups of the policy select, and of services that lead to those. */
  get peerAddresses(): ReadonlySet<string> {
    const here = this.#workloads?.flatMap(({ addresses }) => addresses) ?? [];
    const services = [
      ...this.#services.map(({ address }) => address),
      ...this.#unfollowed.flatMap(({ addresses }) => addresses),
    ];
    return new Set([...here, ...Object.values(this.#members).flat(), ...services]);
  }

  /** For each workload that is to be held to something, whether it is. */
  get enforcement(): readonly Enforcement[] {
    const ofNamespaces = [...this.#plans.values()].flatMap(({ key, workloads }) => {
      const problem = this.#guards.problemOf(key);
      return workloads
        .filter(({ isPod }) => isPod !== true)
        .map(({ id }) => ({
          workloadId: id,
          enforced: problem === undefined,
          problem: problem === undefined ? undefined : text(problem),
        }));
    });
    return joinEnforcement([...ofNamespaces, ...this.containers.enforcement]);
  }

  /**
   * What the workload of this id, and all that share its network namespace, can be cut off by: their ids, and the paths of
   * the namespace, which stay when containers in it are started anew. Nothing where it is not on this node.
   */
  namesOf(workloadId: string): readonly string[] {
    const key = this.#workloads?.find(({ id }) => id === workloadId)?.netnsKey;
    if (key === undefined) return [];
    const inside = this.#workloads?.filter(({ netnsKey }) => netnsKey === key) ?? [];
    return [...new Set(inside.flatMap(({ id, netns }) => (isLasting(netns.path) ? [id, netns.path] : [id])))];
  }

  /** The container of this id that runs here, whatever network it uses. */
  containerOf(workloadId: string): RunningContainer | undefined {
    return this.containers.running.find(({ id }) => id === workloadId);
  }

  /** Where the workload of this id is, and whom that is about; nothing where it is not on this node. */
  placeOf(workloadId: string): ResponsePlace | undefined {
    return this.#place(this.#workloads?.find(({ id }) => id === workloadId));
  }

  /** The same of a network namespace by a path that leads there. */
  placeAt(path: string): ResponsePlace | undefined {
    return this.#place(this.#workloads?.find(({ netns }) => netns.path === path));
  }

  #place(found: LocatedWorkload | undefined): ResponsePlace | undefined {
    if (found === undefined) return undefined;
    const { netnsKey: key, id } = found;
    const plan = this.#plans.get(key);
    const inside = this.#workloads?.filter(({ netnsKey }) => netnsKey === key) ?? [];
    const { path } = found.netns;
    const subject = plan === undefined ? bareSubject(path, inside) : subjectOf(plan);
    return { key, path, subject, names: this.namesOf(id) };
  }

  /** Whose traffic a source of the inspector carries. */
  subjectOf(source: string): Subject | undefined {
    return this.#subjects.get(source);
  }

  setPolicy({ policy, members = {}, services = [], unfollowed = [] }: PolicyChange): Promise<void> {
    this.#policy = policy;
    this.#members = members;
    this.#services = services;
    this.#unfollowed = unfollowed;
    this.containers.setPolicy(policy);
    return this.#apply();
  }

  /** `containers` are those that run, also on the node's own network. */
  setWorkloads(workloads: readonly LocatedWorkload[], containers: readonly RunningContainer[]): Promise<void> {
    this.#workloads = workloads;
    // Before anything that waits: a program that is to be refused may be run at any moment.
    this.containers.setContainers(containers);
    return this.#apply();
  }

  /** Cuts off these workloads (by id or path of their network namespace) and no others, beyond those that the policy cuts off. */
  setQuarantined(ids: ReadonlySet<string>): Promise<void> {
    this.#quarantined = ids;
    return this.#apply();
  }

  /** Takes in what the rules of a namespace told. */
  onTold(key: string, packets: readonly LoggedPacket[], overruns: number): void {
    if (overruns > 0) this.#ports.onLost(overruns);
    const plan = this.#plans.get(key);
    if (plan === undefined) return;
    let learnt = false;
    for (const { prefix, packet: bytes } of packets) {
      const told = readLogPrefix(prefix);
      const packet = readToldPacket(bytes);
      if (told === undefined || packet === undefined) continue;
      if (told.kind === 'dns') {
        const answer = readDnsAnswer(packet.payload);
        if (answer === undefined) continue;
        this.#ports.onAnswer(key, answer);
        const domains = plan.firewall?.domains ?? [];
        if (domains.length > 0) learnt = this.#names.of(key).learn(answer, domains, Date.now()) || learnt;
        continue;
      }
      const rule = plan.firewall?.rules[told.id];
      if (rule !== undefined) this.#ports.onFlow(subjectOf(plan), { verdict: told.kind, rule, packet });
    }
    if (!learnt) return;
    this.#names.changed();
    void this.#apply();
  }

  /** Takes in that a session speaks what a rule does not allow. */
  onApplication(event: ApplicationDeniedEvent): void {
    const plan = [...this.#plans.values()].find((one) => sourceId(one) === event.source);
    const rule = plan?.firewall?.applications?.names[event.rule];
    if (plan === undefined || rule === undefined) return;
    const [client, server] = [readEndpoint(event.client), readEndpoint(event.server)];
    this.#ports.onFlow(subjectOf(plan), {
      // What is only watched is only told of, whatever the rule says.
      verdict: event.verdict === 'block' && attachmentOf(plan) === 'queue' ? 'deny' : 'alert',
      rule,
      packet: {
        protocol: event.transport,
        source: client.address,
        destination: server.address,
        ports: { source: client.port, destination: server.port },
      },
      application: event.protocol,
    });
  }

  /** Lets every namespace go. */
  close(): Promise<void> {
    this.containers.close();
    return this.#guards.close();
  }

  /** Leaves every namespace to its rules, for the agent that comes next. */
  leave(): Promise<void> {
    this.containers.close();
    return this.#guards.leave();
  }

  async #apply(): Promise<void> {
    if (this.#workloads === undefined) return;
    const neighbours = {
      members: this.#members,
      services: this.#services,
      unfollowed: this.#unfollowed,
      node: this.#ports.nodeAddresses(),
      namesOf: (key: string, domain: string) => this.#names.of(key).addressesOf(domain, Date.now()),
    };
    const plans = planNamespaces(this.#workloads, this.#policy, neighbours, this.#quarantined);
    this.#plans = plans;
    this.#names.retain(plans);
    // Known before the sources are: the first packet may be reported before the rules are settled.
    for (const plan of plans.values()) this.#subjects.set(sourceId(plan), subjectOf(plan));
    await this.#guards.want(plans);
    const held = new Set(this.#guards.heldPlans.map(sourceId));
    for (const source of this.#subjects.keys()) if (!held.has(source)) this.#subjects.delete(source);
    if (this.#ports.mayClear()) await this.#sweep(plans);
  }

  #onHeld(plan: NamespacePlan, before: NamespacePlan | undefined): void {
    if (before !== undefined && namesIn(before) !== namesIn(plan)) this.#ports.onWorkloads(plan);
    // Addresses of peers come and go all the time.
    if (before !== undefined && isLikeBut(before, plan)) return;
    const { sensors, mode, onFailure, quarantine } = plan.policy;
    const named = Object.values(plan.firewall?.rules ?? {}).flatMap(({ ruleSets }) => ruleSets);
    this.#ports.emit({
      event: 'workload-protected',
      ...subjectOf(plan),
      sensors: sensors.map((sensor) => sensor.name),
      ...(mode === 'protect' && { onFailure }),
      ...(named.length > 0 && { ruleSets: [...new Set(named)].toSorted() }),
      ...(quarantine === true && { quarantined: true as const }),
    });
  }

  /** Removes rules of an agent that was killed where the policy asks for none any more. Once per namespace. */
  async #sweep(plans: ReadonlyMap<string, NamespacePlan>): Promise<void> {
    for (const { netnsKey, netns } of this.#workloads ?? []) {
      if (plans.has(netnsKey) || this.#swept.has(netnsKey)) continue;
      this.#swept.add(netnsKey);
      try {
        await this.#ports.steering.releaseAbandoned(netns.path, 'nothing');
      } catch {
        // Not ours to guard, and perhaps gone by now: what remains there is what was there before.
      }
    }
  }
}

/** Whether a path names one namespace for good: that of a process is another's when its number is used again. */
function isLasting(path: string): boolean {
  return !path.startsWith('/proc/');
}

function namesIn({ workloads }: NamespacePlan): string {
  return workloads.map(({ id }) => id).join();
}

/** Whether two plans differ by the addresses of their rules alone. */
function isLikeBut(before: NamespacePlan, plan: NamespacePlan): boolean {
  const settled = ({ firewall, ...rest }: NamespacePlan): string => JSON.stringify([rest, firewall?.rules]);
  return before.firewall !== undefined && plan.firewall !== undefined && settled(before) === settled(plan);
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
