import type { Generated } from 'kysely';
import type { DialectWords } from './dialect-words.ts';

/** Scans of running containers and of nodes, and what was found by them. */
export interface NodeScanTables {
  readonly node_scan: NodeScanTable;
  readonly node_scan_package: NodeScanPackageTable;
  readonly node_scan_finding: NodeScanFindingTable;
}

/** `sbom` and `findings` are packed. Workload, namespace, pod and name are '' in scans of nodes. */
interface NodeScanTable {
  readonly id: Generated<number>;
  /** What whoever asked and the agent call it. */
  readonly scan: string;
  readonly agent_id: string;
  readonly node: string;
  readonly workload: string;
  readonly namespace: string;
  readonly pod: string;
  readonly name: string;
  readonly state: string;
  readonly asked_at: string;
  /** When it came into its state. */
  readonly changed_at: string;
  /** How often a worker has begun to match it. */
  readonly tries: Generated<number>;
  readonly failure_code: string | null;
  readonly failure: string | null;
  /** Name of its SBOM on the node. */
  readonly file: string | null;
  readonly scanned_at: string | null;
  readonly packages: number | null;
  /** What its agent could not look at. */
  readonly gaps: number | null;
  /** What could not be judged. */
  readonly judged_gaps: number | null;
  readonly sbom: Uint8Array | null;
  readonly findings: Uint8Array | null;
  readonly judged_at: string | null;
  /** Which state of the advisory database judged. */
  readonly database: string | null;
  /** JSON of how old that database was. */
  readonly database_status: string | null;
}

/** The inverted index over the keys that were looked up for a scan, as `image_package` is for images. */
interface NodeScanPackageTable {
  readonly key_id: number;
  readonly scan_id: number;
}

/** One row a finding, for counting and searching; the findings themselves are in `node_scan`. */
interface NodeScanFindingTable {
  readonly scan_id: number;
  readonly position: number;
  readonly kind: string;
  readonly name: string;
  readonly severity: string;
  readonly counts: number;
}

export function nodeScanTables({ bigId, big, sorted, bytes, keyed }: DialectWords): readonly string[] {
  return [
    `create table node_scan (
      id ${bigId}, scan text not null unique, agent_id text not null, node ${sorted} not null, workload ${sorted} not null,
      namespace ${sorted} not null, pod text not null, name text not null, state text not null, asked_at text not null,
      changed_at ${sorted} not null, tries integer not null default 0, failure_code text, failure text, file text,
      scanned_at text, packages integer, gaps integer, judged_gaps integer, sbom ${bytes}, findings ${bytes}, judged_at text,
      database text, database_status text)`,
    'create index node_scan_state on node_scan (state, id)',
    'create index node_scan_place on node_scan (node, workload, id)',
    'create index node_scan_namespace on node_scan (namespace, id)',
    `create table node_scan_package (
      key_id integer not null references package_key, scan_id ${big} not null references node_scan on delete cascade,
      primary key (key_id, scan_id))${keyed}`,
    'create index node_scan_package_scan on node_scan_package (scan_id)',
    `create table node_scan_finding (
      scan_id ${big} not null references node_scan on delete cascade, position integer not null, kind text not null,
      name text not null, severity text not null, counts integer not null, primary key (scan_id, position))${keyed}`,
    'create index node_scan_finding_name on node_scan_finding (name)',
  ];
}
