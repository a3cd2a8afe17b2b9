import type { Generated } from 'kysely';
import type { AlertTables } from './alert-tables.ts';
import type { ControlPlaneTables } from './control-plane-rows.ts';
import type { FileTables } from './file-tables.ts';
import type { FlowTables } from './flow-tables.ts';
import type { NodeScanTables } from './node-scan-tables.ts';
import type { ProgramTables } from './program-tables.ts';
import type { QuarantineTables } from './quarantine-tables.ts';
import type { ReplicaTables } from './replica-tables.ts';

/** The tables as they are after all migrations. Times are ISO 8601 text in UTC, truth values are 0 and 1. */
export interface Tables
  extends ControlPlaneTables,
    AlertTables,
    FileTables,
    FlowTables,
    NodeScanTables,
    ProgramTables,
    QuarantineTables,
    ReplicaTables {
  readonly setting: SettingTable;
  readonly registry: RegistryTable;
  readonly repository: RepositoryTable;
  readonly tag: TagTable;
  readonly manifest: ManifestTable;
  readonly manifest_image: ManifestImageTable;
  readonly image: ImageTable;
  readonly scan: ScanTable;
  readonly package_key: PackageKeyTable;
  readonly image_package: ImagePackageTable;
  readonly finding: FindingTable;
  readonly scan_event: ScanEventTable;
  readonly image_change: ImageChangeTable;
  readonly registry_signature: RegistrySignatureTable;
  readonly wanted_image: WantedImageTable;
}

/** What the store says of itself as a whole. */
interface SettingTable {
  readonly name:
    | 'judged-by'
    | 'policy-version'
    | 'audit-head'
    | 'image-revision'
    | 'image-epoch'
    | 'signature-trust'
    | 'matcher';
  readonly value: string;
}

interface RegistryTable {
  readonly id: Generated<number>;
  readonly name: string;
  /** JSON of a `WatchedRegistry`. */
  readonly document: string;
  /** JSON of a `CrawlNote`. */
  readonly crawl: string | null;
}

interface RepositoryTable {
  readonly id: Generated<number>;
  readonly registry_id: number;
  readonly name: string;
}

interface TagTable {
  readonly repository_id: number;
  readonly name: string;
  readonly digest: string;
}

/** Digests whose images are known, also those of indexes without any. */
interface ManifestTable {
  readonly digest: string;
}

interface ManifestImageTable {
  readonly digest: string;
  readonly image_id: number;
}

interface ImageTable {
  readonly id: Generated<number>;
  readonly digest: string;
  readonly os: string;
  readonly architecture: string;
  readonly variant: string | null;
  /** JSON of the last failure to scan it. */
  readonly failure: string | null;
}

/** `inventory` and `findings` are packed documents. */
interface ScanTable {
  readonly image_id: number;
  readonly scanned_at: string;
  readonly database: string;
  readonly status: 'complete' | 'partial';
  /** What was looked for, sorted and separated by commas. */
  readonly scanners: string;
  readonly inventory: Uint8Array;
  readonly findings: Uint8Array;
  /** JSON of the digests of its layers; nothing for scans of before they were kept. */
  readonly layers: string | null;
  /** What admission is told, packed; nothing for scans of before it was kept. */
  readonly verdict: Uint8Array | null;
}

/** Every key that was ever looked up for an image; `image_package` is the inverted index over it. */
interface PackageKeyTable {
  readonly id: Generated<number>;
  readonly ecosystem: string;
  readonly name: string;
}

interface ImagePackageTable {
  readonly key_id: number;
  readonly image_id: number;
}

/** One row a finding, for counting and searching; the findings themselves are in `scan`. */
interface FindingTable {
  readonly image_id: number;
  readonly position: number;
  readonly kind: string;
  readonly name: string;
  readonly severity: string;
  readonly counts: number;
}

interface ScanEventTable {
  readonly id: Generated<number>;
  readonly at: string;
  readonly kind: 'image-scanned' | 'findings-changed';
  readonly cause: string;
  readonly image_id: number;
  /** A packed `Difference`. */
  readonly difference: Uint8Array;
}

/** Images that somebody wants to be scanned, in the order of asking. */
interface WantedImageTable {
  readonly id: Generated<number>;
  readonly registry: string;
  readonly repository: string;
  readonly reference: string;
}

/** What the signatures of a digest in one registry were held against: fingerprints, sorted and separated by commas. */
interface RegistrySignatureTable {
  /** Of a manifest or an index. */
  readonly digest: string;
  readonly registry_id: number;
  readonly keys: string;
  /** Those of the keys that have signed. */
  readonly verified: string;
  readonly roots: string;
  /** Who has signed, as JSON. */
  readonly signers: string;
}

/** When something about an image changed last, also of images that are gone. Revisions ascend in the order of commits. */
interface ImageChangeTable {
  readonly digest: string;
  readonly revision: number;
}
