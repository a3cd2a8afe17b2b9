import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { errorLine } from '@bulkhead/core';
import { capabilities } from '@bulkhead/inspector';
import { createRequest } from '@bulkhead/pki';
import { requirePolicy } from '@bulkhead/policy';
import {
  type AgentConnection,
  type CommandAction,
  type CommandOutcome,
  type ConnectionState,
  connectAgent,
  type Enforcement,
  type FilePart,
  limits,
  type PolicyAnswer,
  Spool,
} from '@bulkhead/rpc';
import type { ControlPlaneConfig } from '../config.ts';
import { requireInspection } from '../inspection.ts';
import type { PolicyChange, PolicyWatchOptions } from '../policy/policy-watch.ts';
import type { LocatedWorkload } from '../workload/located.ts';
import { requireCredentials } from './enrol.ts';
import { LANGUAGE, type ReadSnapshot, readSnapshot, refreshed } from './read-snapshot.ts';
import { type Credentials, type KeptSnapshot, StateFolder } from './state-folder.ts';

const MEBIBYTE = 2 ** 20;
/** What waits when the agent is told to end gets this to leave. What does not leave is there at the next start. */
const DRAIN_MS = 2_000;
/** What the control plane may expect of this agent. */
const CAPABILITIES = ['inspect', 'firewall', 'quarantine', 'capture', 'read', 'scan'];

export interface ControlPlaneOptions {
  readonly config: ControlPlaneConfig;
  /** Of the configuration file: paths in it are relative to it. */
  readonly folder: string;
  readonly version: string;
  /** Events that the spool had to let go. */
  readonly onLost: (count: number) => void;
  readonly onState: (state: ConnectionState['state'], why: string) => void;
  /** For people: what was set right, or is tried again. */
  readonly onProblem: (problem: string) => void;
}

/** What the control plane may ask of the agent. */
export interface Obeys extends PolicyWatchOptions {
  readonly quarantine: (ids: ReadonlySet<string>) => Promise<void>;
  /** Keeps the packets of a workload for a while. */
  readonly capture: (workloadId: string, seconds: number, maxBytes: number) => Promise<CommandOutcome>;
  /** Looks for the packages in a container, or of the node where no workload is named. */
  readonly scan: (workloadId: string, scanId: string) => CommandOutcome;
  /** A part of a file that an event told of, by its name. Nothing where there is none. */
  readonly read: (file: string, offset: number, maxBytes: number) => Promise<FilePart | undefined>;
  readonly enforcement: () => readonly Enforcement[];
  /** What the workload of this id, and all that share its network namespace, can be cut off by; nothing where it is not on this node. */
  readonly namesOf: (workloadId: string) => readonly string[];
}

/** The policy from a control plane, and the way of events to it. Without the control plane the last policy is enforced. */
export class ControlPlane {
  readonly #options: ControlPlaneOptions;
  readonly #state: StateFolder;
  readonly #spool: Spool;
  readonly #quarantined: Set<string>;
  #snapshot: KeptSnapshot | undefined;
  #connection: AgentConnection | undefined;
  #workloads: readonly LocatedWorkload[] | undefined;
  readonly #taken: string[] = [];
  #reported = '';
  /** What the last snapshot was answered, but for what is enforced where. */
  #answered: Omit<PolicyAnswer, 'enforcement'> | undefined;
  #told: { readonly state: ConnectionState['state']; readonly why: string } = { state: 'disconnected', why: '' };
  /** Documents of the policy that this agent does not know how to enforce. */
  #left: readonly string[] = [];
  #unfollowed = 0;
  #isUnfollowedTold = false;
  #isClosed = false;

  constructor(options: ControlPlaneOptions) {
    this.#options = options;
    const { config, folder, onLost, onProblem } = options;
    this.#state = new StateFolder(resolve(folder, config.folder));
    this.#snapshot = this.#state.snapshot;
    this.#quarantined = new Set(this.#state.quarantined);
    const maxBytes = config.spoolMebibytes * MEBIBYTE;
    this.#spool = Spool.open({ folder: join(this.#state.path, 'spool'), maxBytes, onLost, onProblem });
  }

  /** Why there is nothing to enforce yet. */
  get notReady(): string | undefined {
    return this.#snapshot === undefined ? 'the control plane has not sent a policy yet' : undefined;
  }

  get quarantined(): ReadonlySet<string> {
    return this.#quarantined;
  }

  /** Whether it is connected, how much waits for it, and of how many addresses of Services it does not say where they lead. */
  get standing(): { readonly connected: boolean; readonly spooledBytes: number; readonly unfollowedServices: number } {
    const spooledBytes = this.#isClosed ? 0 : this.#spool.bytes;
    return { connected: this.#told.state === 'connected', spooledBytes, unfollowedServices: this.#unfollowed };
  }

  /** The last policy that was in force. An agent that has never had one has nothing to do yet. */
  async first(): Promise<PolicyChange> {
    const nothing = { policy: requirePolicy([], LANGUAGE), files: [] };
    if (this.#snapshot === undefined) return nothing;
    const read = await readSnapshot(this.#snapshot);
    if (read.ok) {
      this.#tellLeft(read.left);
      this.#tellUnfollowed(read.change);
      return read.change;
    }
    // It was valid for the program that kept it: another version must not stand still for that.
    this.#options.onProblem(`the kept policy cannot be used: ${read.problems.join('; ')}`);
    this.#snapshot = undefined;
    return nothing;
  }

  /** Enrols, connects, and obeys until the signal aborts. */
  async follow(obeys: Obeys): Promise<void> {
    const { config, folder, version, onProblem } = this.#options;
    const node = config.node ?? hostname();
    const credentials = await requireCredentials(this.#state, {
      address: config.address,
      tokenFile: resolve(folder, config.tokenFile),
      node,
      version,
      signal: obeys.signal,
      onProblem: (error) => this.#tell('disconnected', errorLine(error)),
    });
    if (credentials === undefined) return;
    const { agentId } = credentials;
    this.#connection = connectAgent({
      address: config.address,
      credentials,
      node,
      version,
      capabilities: CAPABILITIES,
      spool: this.#spool,
      policyVersion: this.#snapshot?.version,
      onSnapshot: async (snapshot) => {
        const answer = await this.#take(snapshot, obeys);
        this.#answered = answer;
        return { ...answer, enforcement: obeys.enforcement() };
      },
      onCommand: (action) => this.#obey(action, obeys),
      createRequest: () => createRequest(agentId),
      onCredentials: async (renewed) => this.#state.keepCredentials({ ...renewed, agentId } satisfies Credentials),
      onState: (state) => this.#tell(state.state, state.state === 'connected' ? '' : state.why),
      onProblem,
    });
    if (this.#workloads !== undefined) this.#connection.setWorkloads(this.#workloads);
  }

  /** Tells of a state once, however often an attempt ends in it. */
  #tell(state: ConnectionState['state'], why: string): void {
    if (state === this.#told.state && why === this.#told.why) return;
    this.#told = { state, why };
    this.#options.onState(state, why);
  }

  /** Takes an event that has to get there. What happens after the end is for standard output alone. */
  take(event: object): void {
    if (this.#isClosed) return;
    this.#taken.push(JSON.stringify(event));
    if (this.#taken.length === 1) queueMicrotask(() => this.#keep());
  }

  /** One write for what was taken in one go: the inspector reports in batches. */
  #keep(): void {
    const events = this.#taken.splice(0);
    if (events.length === 0 || this.#isClosed) return;
    this.#spool.append(events);
    this.#connection?.notify();
  }

  setWorkloads(workloads: readonly LocatedWorkload[]): void {
    this.#workloads = workloads;
    this.#connection?.setWorkloads(workloads);
  }

  /** Tells what is enforced where, when it has changed. */
  report(enforcement: readonly Enforcement[]): void {
    const version = this.#snapshot?.version;
    // What was refused stays refused, whatever becomes of the policy before it.
    const kept = version === undefined ? undefined : { version, accepted: true, problems: this.#left };
    const answer = this.#answered ?? kept;
    const said = JSON.stringify([answer, enforcement]);
    if (answer === undefined || this.#connection === undefined || said === this.#reported) return;
    this.#reported = said;
    this.#connection.answerPolicy({ ...answer, enforcement });
  }

  async close(): Promise<void> {
    this.#keep();
    await this.#connection?.close(DRAIN_MS);
    this.#isClosed = true;
    this.#spool.close();
  }

  /** Takes a snapshot in, or says why not. Of one whose documents are refused, the addresses are taken all the same. */
  async #take(snapshot: KeptSnapshot, { onPolicy, onRejected }: Obeys): Promise<Omit<PolicyAnswer, 'enforcement'>> {
    const { version } = snapshot;
    const read = await readSnapshot(snapshot);
    const problems = read.ok ? unable(read.change) : read.problems;
    if (!read.ok || problems.length > 0) {
      onRejected(problems);
      const before = this.#snapshot && refreshed(this.#snapshot, snapshot);
      const again = before?.json === this.#snapshot?.json ? undefined : before && (await readSnapshot(before));
      if (before !== undefined && again?.ok === true) await this.#putInForce(before, again, onPolicy);
      return { version, accepted: false, problems };
    }
    await this.#putInForce(snapshot, read, onPolicy);
    return { version, accepted: true, problems: read.left };
  }

  async #putInForce(
    snapshot: KeptSnapshot,
    { change, left }: Extract<ReadSnapshot, { ok: true }>,
    onPolicy: Obeys['onPolicy'],
  ): Promise<void> {
    this.#state.keepSnapshot(snapshot);
    this.#snapshot = snapshot;
    this.#tellLeft(left);
    this.#tellUnfollowed(change);
    await onPolicy(change);
  }

  /** Tells of each set of documents that are not enforced once. */
  #tellLeft(left: readonly string[]): void {
    const said = left.join('; ');
    if (said !== '' && said !== this.#left.join('; ')) this.#options.onProblem(said);
    this.#left = left;
  }

  /** Tells once that there are Services of which only their addresses are known. */
  #tellUnfollowed({ unfollowed = [] }: PolicyChange): void {
    this.#unfollowed = unfollowed.reduce((sum, { addresses }) => sum + addresses.length, 0);
    if (this.#unfollowed === 0 || this.#isUnfollowedTold) return;
    this.#isUnfollowedTold = true;
    this.#options.onProblem(
      `it is not known where ${this.#unfollowed} addresses of Services lead: no rule allows them by a group, and each that denies a group that may be behind them denies them at all ports; the status of the rule sets that name these groups says which and what to do`,
    );
  }

  async #obey(action: CommandAction, { namesOf, quarantine, capture, scan, read }: Obeys): Promise<CommandOutcome> {
    if (action.kind === 'read') return readBy(read, action);
    if (action.kind === 'scan') return scan(action.workloadId, action.scanId);
    const { kind, workloadId } = action;
    if (kind === 'capture') return capture(workloadId, action.seconds, action.maxBytes);
    const names = namesOf(workloadId);
    if (kind === 'quarantine' && names.length === 0) {
      return { outcome: 'failed', message: 'there is no such workload on this node' };
    }
    for (const name of [workloadId, ...names]) {
      if (kind === 'quarantine') this.#quarantined.add(name);
      else this.#quarantined.delete(name);
    }
    // Kept before it is done: a restart in between must not let it out again.
    this.#state.keepQuarantined([...this.#quarantined]);
    await quarantine(this.#quarantined);
    return { outcome: 'done', message: kind === 'quarantine' ? 'it is cut off' : 'it is released' };
  }
}

async function readBy(
  read: Obeys['read'],
  { file, offset, maxBytes }: Extract<CommandAction, { kind: 'read' }>,
): Promise<CommandOutcome> {
  const part = await read(file, offset, Math.min(maxBytes, limits.MAX_READ_BYTES));
  if (part === undefined) return { outcome: 'failed', message: 'there is no such file on this node (any more)' };
  return { outcome: 'done', message: '', part };
}

/** Why this machine cannot do what a policy asks for. */
function unable({ policy }: PolicyChange): readonly string[] {
  try {
    requireInspection(capabilities(), policy);
    return [];
  } catch (error) {
    return [errorLine(error)];
  }
}
