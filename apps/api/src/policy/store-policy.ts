import type { PolicyDocumentStore, PolicySet, WantedPolicyDocument } from '@bulkhead/control-plane';
import type { Clock } from '@bulkhead/core';
import { filesOf } from '@bulkhead/dlp';
import { type PolicyProblem, type PolicySource, readPolicy } from '@bulkhead/policy';
import { LANGUAGE } from './language.ts';
import { PolicyListeners } from './listeners.ts';
import type { PolicyInForce, PolicySupply } from './policy-in-force.ts';

export type PolicyChangeOutcome =
  | { readonly outcome: 'changed' | 'unchanged'; readonly version: number; readonly before: PolicySet }
  | { readonly outcome: 'invalid'; readonly problems: readonly PolicyProblem[] }
  /** The whole is not the one that the caller has seen, or others change it all the time. */
  | { readonly outcome: 'conflict'; readonly version: number };

export interface PolicyChangeRequest {
  readonly wanted: readonly WantedPolicyDocument[];
  readonly by: string;
  /** The version of the whole that the caller has seen, where that matters to them. */
  readonly basedOn?: number | undefined;
  /** Says what would happen, and changes nothing. */
  readonly isTrial?: boolean;
}

/** How often a change is tried when others change the policy at the same time. */
const TRIES = 5;
/** How late a change made through another process may be seen. */
const FOLLOW_MS = 2_000;

/** The policy as documents in the store, changed through the api. What is not valid as a whole never gets in. */
export class StorePolicy implements PolicySupply {
  readonly kind = 'store';
  readonly problems = [];
  readonly #documents: PolicyDocumentStore;
  readonly #clock: Clock;
  readonly #listeners = new PolicyListeners();
  readonly #timer: NodeJS.Timeout;
  #current: PolicyInForce;
  #version: number;
  #following: Promise<void> = Promise.resolve();

  private constructor(documents: PolicyDocumentStore, clock: Clock, set: PolicySet, onError: (error: unknown) => void) {
    this.#documents = documents;
    this.#clock = clock;
    this.#current = inForce(set);
    this.#version = set.version;
    this.#timer = setInterval(() => void this.refresh().catch(onError), FOLLOW_MS);
  }

  static async open(
    documents: PolicyDocumentStore,
    clock: Clock,
    onError: (error: unknown) => void,
  ): Promise<StorePolicy> {
    return new StorePolicy(documents, clock, await documents.all(), onError);
  }

  get current(): PolicyInForce {
    return this.#current;
  }

  onChange(listener: (policy: PolicyInForce) => void): void {
    this.#listeners.add(listener);
  }

  /** Changes documents, if the policy as a whole is valid with them. */
  async change({ wanted, by, basedOn, isTrial = false }: PolicyChangeRequest): Promise<PolicyChangeOutcome> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const before = await this.#documents.all();
      if (basedOn !== undefined && basedOn !== before.version) return { outcome: 'conflict', version: before.version };
      const problems = problemsOf(before, wanted);
      if (problems.length > 0) return { outcome: 'invalid', problems };
      if (isTrial) return { outcome: 'unchanged', version: before.version, before };
      const at = new Date(this.#clock.now()).toISOString();
      const { outcome, version } = await this.#documents.change(wanted, { by, at, basedOn: before.version });
      if (outcome === 'conflict') continue;
      await this.refresh();
      return { outcome, version, before };
    }
    return { outcome: 'conflict', version: await this.#documents.version() };
  }

  /** Looks whether the policy has changed. One look after the other. */
  refresh(): Promise<void> {
    const next = this.#following.then(() => this.#look());
    this.#following = next.catch(() => undefined);
    return next;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#following;
  }

  async #look(): Promise<void> {
    if ((await this.#documents.version()) === this.#version) return;
    const set = await this.#documents.all();
    this.#version = set.version;
    this.#current = inForce(set);
    this.#listeners.tell(this.#current);
  }
}

/** What is wrong with the policy once some documents are as wanted. */
function problemsOf(before: PolicySet, wanted: readonly WantedPolicyDocument[]): readonly PolicyProblem[] {
  const sources = new Map(sourcesOf(before).map((source) => [source.file, source]));
  for (const { kind, name, document } of wanted) {
    const file = `${kind}/${name}`;
    if (document === undefined) sources.delete(file);
    else sources.set(file, { file, text: JSON.stringify(document) });
  }
  const outcome = readPolicy([...sources.values()], LANGUAGE);
  if (!outcome.ok) return outcome.problems;
  return [...outcome.policy.sensors.values()]
    .filter((sensor) => filesOf([sensor]).length > 0)
    .map(({ name }) => ({
      file: `DataSensor/${name}`,
      path: ['spec'],
      message: 'names files, which a policy kept by the api cannot have: write their values into it',
    }));
}

function sourcesOf({ documents }: PolicySet): PolicySource[] {
  return documents.map(({ kind, name, document }) => ({ file: `${kind}/${name}`, text: JSON.stringify(document) }));
}

/** What is in the store was valid when it got there; an older program may not know what a newer one let in. */
function inForce(set: PolicySet): PolicyInForce {
  const outcome = readPolicy(sourcesOf(set), LANGUAGE);
  const version = String(set.version);
  if (outcome.ok) return { version, policy: outcome.policy, documents: outcome.documents };
  const broken = new Set(outcome.problems.map(({ file }) => file));
  const rest = set.documents.filter(({ kind, name }) => !broken.has(`${kind}/${name}`));
  if (rest.length < set.documents.length) return inForce({ version: set.version, documents: rest });
  throw new Error(`the stored policy cannot be read: ${outcome.problems[0]?.message ?? 'unknown'}`);
}
