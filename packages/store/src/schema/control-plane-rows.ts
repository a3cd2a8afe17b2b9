import type { Generated } from 'kysely';

/** The tables of the control plane. An absent namespace is '' where it is part of a key. */
export interface ControlPlaneTables {
  readonly agent: AgentTable;
  readonly agent_position: AgentPositionTable;
  readonly workload: WorkloadTable;
  readonly event: EventTable;
  readonly incident: IncidentTable;
  readonly policy_document: PolicyDocumentTable;
  readonly policy_change: PolicyChangeTable;
  readonly account: AccountTable;
  readonly binding: BindingTable;
  readonly session: SessionTable;
  readonly sign_in_failure: SignInFailureTable;
  readonly api_token: ApiTokenTable;
  readonly enrolment_token: EnrolmentTokenTable;
  readonly audit: AuditTable;
}

interface AgentTable {
  readonly id: string;
  readonly node: string;
  readonly certificate_serial: string | null;
  readonly enrolled_at: string;
  readonly version: string | null;
  readonly last_seen: string | null;
  readonly connected: Generated<number>;
  readonly revoked_at: string | null;
  readonly policy_applied: string | null;
  readonly policy_failed: string | null;
  readonly policy_problem: string | null;
  readonly events_lost: Generated<number>;
  /** The process that its stream is on. */
  readonly replica: string | null;
  readonly workloads_version: Generated<number>;
}

/** How far an agent's events are kept. */
interface AgentPositionTable {
  readonly agent_id: string;
  readonly epoch: number;
  readonly sequence: number;
}

interface WorkloadTable {
  readonly agent_id: string;
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  /** JSON of what its agent reported of it. */
  readonly document: string;
  readonly first_seen: string;
  readonly last_seen: string;
  readonly enforced: number | null;
  readonly problem: string | null;
  /** Path of its network namespace; '' where it is not known. */
  readonly netns: Generated<string>;
}

interface EventTable {
  readonly id: Generated<number>;
  readonly agent_id: string;
  readonly at: string;
  readonly received_at: string;
  readonly kind: string;
  readonly namespace: string;
  readonly workload: string;
  /** JSON, in which every character has a form that databases take. */
  readonly document: string;
}

interface IncidentTable {
  readonly id: Generated<number>;
  readonly fingerprint: string;
  readonly kind: string;
  readonly title: string;
  readonly severity: string;
  readonly namespace: string;
  readonly workload: string;
  readonly state: string;
  readonly count: number;
  readonly first_seen: string;
  readonly last_seen: string;
  readonly last_event: number;
  readonly changed_by: string | null;
  readonly changed_at: string | null;
  readonly note: string | null;
  readonly alerted_count: Generated<number>;
  readonly alerted_at: Generated<string>;
  readonly rule: Generated<string>;
}

interface PolicyDocumentTable {
  readonly kind: string;
  readonly name: string;
  readonly version: number;
  readonly document: string;
  readonly changed_by: string;
  readonly changed_at: string;
}

interface PolicyChangeTable {
  readonly id: Generated<number>;
  readonly version: number;
  readonly kind: string;
  readonly name: string;
  readonly changed_by: string;
  readonly changed_at: string;
  readonly before_document: string | null;
  readonly after_document: string | null;
}

interface AccountTable {
  readonly id: string;
  readonly name: string;
  readonly password_hash: string | null;
  readonly disabled: Generated<number>;
  readonly created_at: string;
  readonly last_sign_in: string | null;
  readonly issuer: string | null;
  readonly subject: string | null;
}

interface BindingTable {
  readonly account_id: string;
  readonly role: string;
  readonly namespace: string;
}

interface SessionTable {
  readonly hash: string;
  readonly account_id: string;
  readonly opened_at: string;
  readonly used_at: string;
  readonly expires_at: string;
}

interface SignInFailureTable {
  readonly key: string;
  readonly failures: number;
  readonly last_failure: string;
  readonly locked_until: string | null;
}

interface ApiTokenTable {
  readonly id: string;
  readonly hash: string;
  readonly name: string;
  readonly role: string;
  readonly namespace: string;
  readonly created_by: string;
  readonly created_at: string;
  readonly expires_at: string;
  readonly last_used_at: string | null;
  readonly revoked_at: string | null;
}

interface EnrolmentTokenTable {
  readonly id: string;
  readonly hash: string;
  readonly created_by: string;
  readonly created_at: string;
  readonly expires_at: string;
  readonly uses_left: number;
  readonly revoked_at: string | null;
}

interface AuditTable {
  /** Rises by one: a gap shows. */
  readonly id: number;
  readonly at: string;
  readonly actor: string;
  readonly address: string;
  readonly action: string;
  readonly target: string;
  readonly outcome: string;
  readonly detail: string;
  readonly hash: string;
}
