import type { AlertOutbox } from '@bulkhead/alerts';
import type {
  AccountStore,
  AgentRequests,
  AgentStore,
  ApiTokenStore,
  AuditLog,
  EnrolmentTokenStore,
  EventStore,
  FileStore,
  FlowStore,
  IncidentStore,
  PolicyDocumentStore,
  ProgramStore,
  QuarantineStore,
  ReplicaStore,
  SessionStore,
  SignInAttempts,
  UsedStates,
  WorkloadStore,
} from '@bulkhead/control-plane';
import type { RegistryStore, ScanStore, SignatureTrustStore, WantedImages } from '@bulkhead/scanner';
import { Kysely } from 'kysely';
import { KyselyAccountStore } from './access/account-store.ts';
import { KyselyApiTokenStore } from './access/api-token-store.ts';
import { KyselyEnrolmentTokenStore } from './access/enrolment-token-store.ts';
import { KyselySessionStore } from './access/session-store.ts';
import { KyselySignInAttempts } from './access/sign-in-attempts.ts';
import { KyselyUsedStates } from './access/used-states.ts';
import { KyselyAgentStore } from './agent/agent-store.ts';
import { KyselyAlertOutbox } from './alert/alert-outbox.ts';
import { KyselyAuditLog } from './audit/audit-log.ts';
import type { StoreConfig } from './config.ts';
import { type DialectName, openDialect } from './dialect/open-dialect.ts';
import { KyselyEventStore } from './event/event-store.ts';
import { KyselyFileStore } from './file/file-store.ts';
import { KyselyFlowStore } from './flow/flow-store.ts';
import { type ImageCatalog, KyselyImageCatalog } from './image/image-catalog.ts';
import { type ImageFeed, KyselyImageFeed } from './image/image-feed.ts';
import { KyselyIncidentStore } from './incident/incident-store.ts';
import type { NodeScanStore } from './node-scan/node-scan.ts';
import { KyselyNodeScanStore } from './node-scan/node-scan-store.ts';
import { KyselyPolicyDocumentStore } from './policy/policy-document-store.ts';
import { programStore } from './program/program-store.ts';
import { KyselyQuarantineStore } from './quarantine/quarantine-store.ts';
import { KyselyRegistryStore } from './registry/registry-store.ts';
import { KyselyAgentRequests } from './replica/agent-requests.ts';
import { KyselyReplicaStore } from './replica/replica-store.ts';
import { KyselyScanStore } from './scan/scan-store.ts';
import { KyselySignatureTrustStore } from './scan/signature-trust-store.ts';
import { KyselyWantedImageStore } from './scan/wanted-image-store.ts';
import { migrate } from './schema/migrate.ts';
import type { Tables } from './schema/tables.ts';
import { KyselyWorkloadStore } from './workload/workload-store.ts';

/** An open store. Whoever opened it closes it. */
export interface Store {
  readonly dialect: DialectName;
  readonly registries: RegistryStore;
  readonly scans: ScanStore;
  readonly wantedImages: WantedImages;
  readonly signatureTrust: SignatureTrustStore;
  readonly images: ImageCatalog;
  readonly imageFeed: ImageFeed;
  readonly nodeScans: NodeScanStore;
  readonly agents: AgentStore;
  readonly workloads: WorkloadStore;
  readonly events: EventStore;
  readonly flows: FlowStore;
  readonly programs: ProgramStore;
  readonly files: FileStore;
  readonly incidents: IncidentStore;
  readonly policies: PolicyDocumentStore;
  readonly accounts: AccountStore;
  readonly sessions: SessionStore;
  readonly signIns: SignInAttempts;
  readonly usedStates: UsedStates;
  readonly apiTokens: ApiTokenStore;
  readonly enrolmentTokens: EnrolmentTokenStore;
  readonly audit: AuditLog;
  readonly alerts: AlertOutbox;
  readonly quarantines: QuarantineStore;
  readonly replicas: ReplicaStore;
  readonly agentRequests: AgentRequests;
  close(): Promise<void>;
}

/** Opens the store a configuration names and brings its tables up to date. Throws a `StoreError` that says what is wrong. */
export async function openStore(config: StoreConfig): Promise<Store> {
  const { name, dialect } = await openDialect(config);
  const db = new Kysely<Tables>({ dialect });
  try {
    await migrate(db, name);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return {
    dialect: name,
    registries: new KyselyRegistryStore(db),
    scans: new KyselyScanStore(db, name),
    wantedImages: new KyselyWantedImageStore(db),
    signatureTrust: new KyselySignatureTrustStore(db),
    images: new KyselyImageCatalog(db),
    imageFeed: new KyselyImageFeed(db),
    nodeScans: new KyselyNodeScanStore(db, name),
    agents: new KyselyAgentStore(db),
    workloads: new KyselyWorkloadStore(db),
    events: new KyselyEventStore(db, name),
    flows: new KyselyFlowStore(db),
    programs: programStore(db),
    files: new KyselyFileStore(db, name),
    incidents: new KyselyIncidentStore(db),
    policies: new KyselyPolicyDocumentStore(db, name),
    accounts: new KyselyAccountStore(db, name),
    sessions: new KyselySessionStore(db),
    signIns: new KyselySignInAttempts(db),
    usedStates: new KyselyUsedStates(db),
    apiTokens: new KyselyApiTokenStore(db),
    enrolmentTokens: new KyselyEnrolmentTokenStore(db),
    audit: new KyselyAuditLog(db, name),
    alerts: new KyselyAlertOutbox(db, name),
    quarantines: new KyselyQuarantineStore(db),
    replicas: new KyselyReplicaStore(db),
    agentRequests: new KyselyAgentRequests(db),
    close: () => db.destroy(),
  };
}
