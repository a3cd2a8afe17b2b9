import type {
  AgentHub,
  AgentLink,
  AgentSession,
  ConnectDecision,
  ConnectingAgent,
  EnrolClaim,
  EnrolDecision,
  EventBatch,
  ReportedWorkload,
  WorkloadReport,
} from '../server/hub.ts';
import type { Position } from '../wire/position.ts';
import type { PolicyAnswer } from '../wire/terms.ts';

/** The smallest control plane that does what the port asks for: a database in memory, which outlives its servers. */
export class RecordingHub implements AgentHub {
  readonly events: string[] = [];
  readonly agents: ConnectingAgent[] = [];
  readonly answers: PolicyAnswer[] = [];
  readonly ends: string[] = [];
  readonly workloads = new Map<string, ReportedWorkload>();
  readonly links = new Map<string, AgentLink>();
  lost = 0;
  batches = 0;
  stored: Position | undefined;
  secret = 'a-secret-of-more-than-22-characters';
  /** What happens around each commit; may wait or reject. */
  beforeCommit: () => Promise<void> = async () => {};
  afterCommit: () => Promise<void> = async () => {};
  /** What happens before somebody is let in; may wait. */
  beforeConnect: () => Promise<void> = async () => {};
  onConnect: (link: AgentLink) => void = () => {};
  refuse: string | undefined;

  enrol({ tokenSecret }: EnrolClaim): Promise<EnrolDecision> {
    const ok = tokenSecret === this.secret;
    return Promise.resolve(ok ? { ok, agentId: 'agent-1' } : { ok, problem: 'the token is not valid' });
  }

  async connect(agent: ConnectingAgent, link: AgentLink): Promise<ConnectDecision> {
    await this.beforeConnect();
    if (this.refuse !== undefined) return { ok: false, problem: this.refuse };
    this.agents.push(agent);
    this.links.set(agent.id, link);
    this.onConnect(link);
    return { ok: true, session: this.#session(), stored: this.stored };
  }

  #session(): AgentSession {
    return {
      storeBatch: (batch) => this.#store(batch),
      workloads: (report) => this.#report(report),
      policyAnswered: (answer) => {
        this.answers.push(answer);
        return Promise.resolve();
      },
      closed: (reason) => void this.ends.push(reason),
    };
  }

  async #store({ epoch, sequence, firstSequence, events, lostBefore }: EventBatch): Promise<void> {
    await this.beforeCommit();
    // As the transaction of a database has it: what is stored already counts, whoever asks.
    const known = this.stored;
    if (known === undefined || known.epoch < epoch || (known.epoch === epoch && known.sequence < sequence)) {
      const skip = known?.epoch === epoch ? Math.max(0, known.sequence + 1 - firstSequence) : 0;
      this.events.push(...events.slice(skip));
      this.lost += lostBefore;
      this.batches += 1;
      this.stored = { epoch, sequence };
    }
    await this.afterCommit();
  }

  #report({ whole, present, gone }: WorkloadReport): Promise<void> {
    if (whole) this.workloads.clear();
    for (const id of gone) this.workloads.delete(id);
    for (const workload of present) this.workloads.set(workload.id, workload);
    return Promise.resolve();
  }
}
