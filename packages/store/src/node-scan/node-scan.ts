import type { Page, PageRequest } from '@bulkhead/control-plane';
import type { DatabaseStatus, Finding, Judgement, PackageKey } from '@bulkhead/scanner';

/**
 * `reading`: its agent looks; `fetching`: what it found is brought from its node; `queued`: it is in the store, and waits for a
 * worker; `matching`: one holds it against the advisories.
 */
export const NODE_SCAN_STATES = ['reading', 'fetching', 'queued', 'matching', 'done', 'failed'] as const;
export type NodeScanState = (typeof NODE_SCAN_STATES)[number];

/** Why a scan came to nothing, beside the codes of what a worker cannot read. */
export type NodeScanFailureCode =
  /** The agent says why. */
  | 'AGENT_FAILED'
  /** It was asked and has told of no end. */
  | 'AGENT_SILENT'
  /** What it found is not to be had from its node any more. */
  | 'SBOM_GONE'
  | 'SBOM_TOO_LARGE'
  /** Another of the same came in before a worker took it. */
  | 'SUPERSEDED'
  /** It took its workers down with it. */
  | 'WORKERS_DIED';

export interface NodeScanFailure {
  readonly code: string;
  /** One line. */
  readonly message: string;
}

/** A running container; absent in the scan of a node itself. */
export interface ScannedWorkload {
  readonly id: string;
  readonly name: string;
  readonly namespace?: string;
  readonly pod?: string;
}

/** A scan of a running container or of a node, as it is asked for. */
export interface BegunNodeScan {
  readonly scan: string;
  readonly agent: string;
  readonly node: string;
  readonly workload?: ScannedWorkload;
}

/** A scan and what is known of it, without the findings themselves. */
export interface NodeScanOverview extends BegunNodeScan {
  readonly state: NodeScanState;
  readonly askedAt: string;
  /** Since when it is in its state. */
  readonly since: string;
  readonly failure?: NodeScanFailure;
  /** When its agent was done. */
  readonly scannedAt?: string;
  readonly packages?: number;
  /** What could not be looked at or judged. */
  readonly gaps?: number;
  readonly judgedAt?: string;
  readonly advisories?: DatabaseStatus;
  /** Vulnerabilities that count, by severity. */
  readonly vulnerabilities: Readonly<Record<string, number>>;
}

export interface NodeScanFilter {
  /** Only these namespaces; nodes are in none. */
  readonly namespaces?: readonly string[] | undefined;
  readonly node?: string | undefined;
  readonly workload?: string | undefined;
  readonly state?: NodeScanState | undefined;
  /** Scans in which a vulnerability of this name counts. */
  readonly vulnerability?: string | undefined;
}

/** How the SBOM of a scan was judged. */
export interface JudgedNodeScan extends Judgement {
  readonly status: DatabaseStatus;
  /** How much of the SBOM could not be judged. */
  readonly gaps: number;
}

/** Scans of running containers and nodes, from the asking to the findings. */
export interface NodeScanStore {
  begin(scan: BegunNodeScan, at: string): Promise<void>;
  /** Forgets one that its agent did not begin. */
  forget(scan: string): Promise<void>;
  /** Those whose SBOM is to be brought from its node: the oldest of each agent, then the second of each, and so on for some. */
  fetching(limit: number): Promise<readonly (Pick<BegunNodeScan, 'scan' | 'agent'> & { readonly file: string })[]>;
  /** Keeps what is to be matched. Of the same place the last waits: an earlier one gives way, also where it comes later. */
  keepSbom(scan: string, sbom: Uint8Array, at: string): Promise<void>;
  /** Notes that one that is not done has come to nothing. Earlier failures of the same place are forgotten. */
  fail(scan: string, failure: NodeScanFailure, at: string): Promise<void>;
  /** Has those fail whose agent has told nothing, or not given what it found, since then. */
  expire(since: string, at: string): Promise<void>;

  /** Those that a worker is to match, oldest first: also those that one began with. */
  unmatched(limit: number): Promise<readonly string[]>;
  /** The SBOM of one that a worker begins to match; nothing where it is not to be matched, or has failed too often. */
  match(scan: string, at: string): Promise<Uint8Array | undefined>;
  /** Keeps how one was judged. Earlier scans of the same place are forgotten. `gone`: it is not to be matched any more. */
  record(scan: string, judged: JudgedNodeScan, at: string): Promise<'recorded' | 'gone'>;
  /** Those that are done and whose judgement looked up one of the keys. */
  affectedBy(keys: readonly PackageKey[]): Promise<readonly string[]>;
  /** Judges one that is done again: once more where another did so meanwhile, who may have known less or more. */
  rejudge(scan: string, at: string, judge: (sbom: Uint8Array) => Promise<JudgedNodeScan>): Promise<void>;

  /** Notes that a worker is there which has advisories. */
  noteMatcher(at: string): Promise<void>;
  /** When one was there last. */
  matcher(): Promise<string | undefined>;

  /** Newest first. */
  list(filter: NodeScanFilter, page: PageRequest): Promise<Page<NodeScanOverview>>;
  get(scan: string): Promise<NodeScanOverview | undefined>;
  /** As they were ordered, suppressed ones among them; nothing for one that is not done. */
  findings(scan: string, page: PageRequest): Promise<Page<Finding> | undefined>;
  /** What its agent found; nothing before it is here. */
  sbom(scan: string): Promise<Uint8Array | undefined>;

  /**
   * Forgets ends that a later one of the same place has surpassed, failures of before then, scans of what has not been there since
   * then, and the oldest beyond so many: some of them at once.
   */
  prune(retention: { readonly before: string; readonly maxScans: number }): Promise<void>;
}
