import { createHash } from 'node:crypto';
import type { Policy } from '../policy.ts';
import type { ClusterService } from './cluster-service.ts';
import type { ClusterWorkload } from './cluster-workload.ts';
import { GroupIndex } from './group-index.ts';
import { type LeftOut, leftOutOf } from './left-out.ts';
import { Members } from './members.ts';
import { peerGroups } from './peer-groups.ts';
import { ANYBODY, Services } from './services.ts';
import { AGENT_KINDS, type PolicyDocument, type PolicySnapshot } from './snapshot.ts';

interface Known {
  readonly workload: ClusterWorkload;
  readonly groups: readonly string[];
}

/** A policy that was read, with its documents as they were. */
export interface CompilerInput {
  readonly policy: Pick<Policy, 'groups' | 'network'>;
  readonly documents: readonly PolicyDocument[];
}

/**
 * Keeps a snapshot for each node, from the policy and the workloads of the whole cluster. A workload that changes costs
 * only what its groups concern: the nodes that are given back are those whose snapshot was asked for and is another one now.
 */
export class SnapshotCompiler {
  readonly #documents: readonly PolicyDocument[];
  readonly #documentsDigest: string;
  readonly #index: GroupIndex;
  readonly #peers: ReadonlyMap<string, ReadonlySet<string>>;
  /** The other way round: for each group, those that name it as a peer. */
  readonly #namers: ReadonlyMap<string, readonly string[]>;
  readonly #members = new Members();
  readonly #services = new Services();
  /** Nodes of the cluster whose services these are. */
  readonly #nodes: Set<string>;
  readonly #workloads = new Map<string, Known>();
  /** How many workloads of a node are in a group, from either side. */
  readonly #groupsByNode = new Map<string, Map<string, number>>();
  readonly #nodesByGroup = new Map<string, Set<string>>();
  readonly #snapshots = new Map<string, PolicySnapshot>();
  /** As long as its snapshot is there. */
  readonly #leftOut = new Map<string, LeftOut>();
  /** Of nodes that have asked for their snapshot. */
  readonly #versions = new Map<string, string>();

  constructor(
    { policy, documents }: CompilerInput,
    workloads: Iterable<ClusterWorkload> = [],
    services: Iterable<ClusterService> = [],
    nodes: Iterable<string> = [],
  ) {
    this.#nodes = new Set(nodes);
    this.#documents = documents.filter(({ kind }) => AGENT_KINDS.includes(kind)).toSorted(byKindAndName);
    this.#documentsDigest = digestOf(JSON.stringify(this.#documents));
    this.#index = new GroupIndex(policy.groups);
    this.#peers = peerGroups(policy.groups, policy.network);
    this.#namers = namersOf(this.#peers);
    for (const workload of workloads) this.put(workload);
    for (const service of services) this.#services.put(service);
  }

  /** The same workloads and services under another policy. */
  withPolicy(input: CompilerInput): SnapshotCompiler {
    return new SnapshotCompiler(
      input,
      [...this.#workloads.values()].map(({ workload }) => workload),
      this.#services.all,
      this.#nodes,
    );
  }

  /**
   * Whether a node is of the cluster whose services these are: elsewhere others have their addresses. As long as no node is known
   * each is taken for one of it.
   */
  isOfCluster(node: string): boolean {
    return this.#nodes.size === 0 || this.#nodes.has(node);
  }

  /** Takes note of a node of the cluster. Gives the nodes whose snapshots change by it. */
  putNode(node: string): readonly string[] {
    this.#nodes.add(node);
    return this.#stale(this.#nodes.size === 1 ? this.#versions.keys() : [node]);
  }

  /** Forgets a node of the cluster. Gives the nodes whose snapshots change by it. */
  removeNode(node: string): readonly string[] {
    this.#nodes.delete(node);
    return this.#stale(this.#nodes.size === 0 ? this.#versions.keys() : [node]);
  }

  /** Takes a workload in, or what is new about it. Gives the nodes whose snapshots change by it. */
  put(workload: ClusterWorkload): readonly string[] {
    const before = this.#workloads.get(workload.id);
    const now: Known = { workload, groups: this.#index.groupsOf(workload) };
    this.#workloads.set(workload.id, now);
    return this.#change(before, now);
  }

  /** Forgets a workload that is gone. Gives the nodes whose snapshots change by it. */
  remove(id: string): readonly string[] {
    const before = this.#workloads.get(id);
    this.#workloads.delete(id);
    return this.#change(before, undefined);
  }

  /** Takes a service in, or what is new about it. Gives the nodes whose snapshots change by it. */
  putService(service: ClusterService): readonly string[] {
    return this.#stale(this.#nodesNaming(this.#services.put(service)));
  }

  /** Forgets a service that is gone, by its id. Gives the nodes whose snapshots change by it. */
  removeService(id: string): readonly string[] {
    return this.#stale(this.#nodesNaming(this.#services.forget(id)));
  }

  /** The snapshot of a node, also of one without workloads: what comes to it is protected before it is known here. */
  snapshotFor(node: string): PolicySnapshot {
    const known = this.#snapshots.get(node);
    if (known !== undefined) return known;
    const peers = this.#peersOf(node);
    const { services, unfollowed, leftOut } = this.#services.of(this.isOfCluster(node) ? peers : []);
    const snapshot: PolicySnapshot = {
      version: this.#versionFor(node, peers),
      ...(unfollowed.length > 0 && { needs: ['unfollowed'] }),
      documents: this.#documents,
      members: Object.fromEntries(peers.map((peer) => [peer, this.#members.addressesOf(peer)])),
      ...(services.length > 0 && { services }),
      ...(unfollowed.length > 0 && { unfollowed }),
    };
    this.#snapshots.set(node, snapshot);
    this.#leftOut.set(node, leftOut);
    this.#versions.set(node, snapshot.version);
    return snapshot;
  }

  /** The services of which the snapshot of a node does not say where they lead. */
  leftOutFor(node: string): LeftOut {
    this.snapshotFor(node);
    return this.#leftOut.get(node) ?? leftOutOf([]);
  }

  /** Costs no more than there are peers, however much is said of each. */
  #versionFor(node: string, peers: readonly string[]): string {
    const version = createHash('sha256').update(this.#documentsDigest);
    const servicesOf = (group: string): string => (this.isOfCluster(node) ? this.#services.digestOf(group) : '');
    for (const peer of peers) version.update(`\0${peer}\0${this.#members.digestOf(peer)}\0${servicesOf(peer)}`);
    if (peers.length > 0) version.update(`\0${servicesOf(ANYBODY)}`);
    return version.digest('hex').slice(0, 32);
  }

  #change(before: Known | undefined, now: Known | undefined): readonly string[] {
    const changedGroups = new Set<string>();
    const nodes = new Set<string>();
    const note = ({ groups, workload }: Known, apply: 'add' | 'remove'): void => {
      for (const group of groups) if (this.#members[apply](group, workload.addresses)) changedGroups.add(group);
      for (const group of this.#services[apply](groups, workload.addresses)) changedGroups.add(group);
    };
    const isSame =
      before !== undefined &&
      now !== undefined &&
      sameList(before.groups, now.groups) &&
      sameList(before.workload.addresses, now.workload.addresses);
    // Added before the old ones go: an address that stays is no change.
    if (now !== undefined && !isSame) note(now, 'add');
    if (before !== undefined && !isSame) note(before, 'remove');
    if (now !== undefined && this.#count(now, 1)) nodes.add(now.workload.node);
    if (before !== undefined && this.#count(before, -1)) nodes.add(before.workload.node);
    for (const node of this.#nodesNaming(changedGroups)) nodes.add(node);
    return this.#stale(nodes);
  }

  /** The nodes with workloads whose rules or sensors name one of these groups. */
  #nodesNaming(groups: Iterable<string>): ReadonlySet<string> {
    const nodes = new Set<string>();
    for (const group of groups) {
      if (group === ANYBODY) return new Set(this.#versions.keys());
      for (const namer of this.#namers.get(group) ?? []) {
        for (const node of this.#nodesByGroup.get(namer) ?? []) nodes.add(node);
      }
    }
    return nodes;
  }

  #stale(nodes: Iterable<string>): readonly string[] {
    return [...nodes].filter((node) => this.#isStale(node));
  }

  /** Whether a node's snapshot is another one than it was when last asked for. Who never asked has nothing to renew. */
  #isStale(node: string): boolean {
    const before = this.#versions.get(node);
    if (before === undefined) return false;
    const now = this.#versionFor(node, this.#peersOf(node));
    if (now === before) return false;
    // Made when it is asked for: until then there may be more changes.
    this.#snapshots.delete(node);
    this.#versions.set(node, now);
    return true;
  }

  /** Whether the node has come to a group, or left one. */
  #count({ groups, workload }: Known, by: 1 | -1): boolean {
    const counts = this.#groupsByNode.get(workload.node) ?? new Map<string, number>();
    this.#groupsByNode.set(workload.node, counts);
    let changed = false;
    for (const group of groups) {
      const count = (counts.get(group) ?? 0) + by;
      counts.set(group, count);
      if (count > 1 || (count === 1 && by === -1)) continue;
      changed = true;
      const nodes = this.#nodesByGroup.get(group) ?? new Set<string>();
      this.#nodesByGroup.set(group, nodes);
      if (count === 1) nodes.add(workload.node);
      else {
        counts.delete(group);
        nodes.delete(workload.node);
      }
    }
    return changed;
  }

  /** Sorted. */
  #peersOf(node: string): readonly string[] {
    const peers = new Set<string>();
    for (const group of this.#groupsByNode.get(node)?.keys() ?? []) {
      for (const peer of this.#peers.get(group) ?? []) peers.add(peer);
    }
    return [...peers].toSorted();
  }
}

function namersOf(peers: ReadonlyMap<string, ReadonlySet<string>>): ReadonlyMap<string, readonly string[]> {
  const namers = new Map<string, string[]>();
  for (const [group, named] of peers) {
    for (const peer of named) {
      const known = namers.get(peer);
      if (known === undefined) namers.set(peer, [group]);
      else known.push(group);
    }
  }
  return namers;
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

function byKindAndName(a: PolicyDocument, b: PolicyDocument): number {
  const [left, right] = [`${a.kind}/${a.metadata.name}`, `${b.kind}/${b.metadata.name}`];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
