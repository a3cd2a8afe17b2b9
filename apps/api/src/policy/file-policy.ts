import { PolicyError, type PolicyProblem, readPolicy } from '@bulkhead/policy';
import { readPolicyFiles } from '@bulkhead/runtime';
import { LANGUAGE } from './language.ts';
import { PolicyListeners } from './listeners.ts';
import type { PolicyInForce, PolicySupply } from './policy-in-force.ts';
import { versionOfSources } from './version-of-sources.ts';

/** How late a change of a file may be seen. Files are compared by content: mounted ones change by symbolic link. */
const FOLLOW_MS = 2_000;

/** The policy as files in folders. While they hold no valid policy the last valid one stays in force. */
export class FilePolicy implements PolicySupply {
  readonly kind = 'files';
  readonly #paths: readonly string[];
  readonly #listeners = new PolicyListeners();
  readonly #timer: NodeJS.Timeout;
  #current: PolicyInForce;
  #seen: string;
  #problems: readonly PolicyProblem[] = [];
  #following: Promise<void> = Promise.resolve();

  private constructor(paths: readonly string[], first: PolicyInForce, onError: (error: unknown) => void) {
    this.#paths = paths;
    this.#current = first;
    this.#seen = first.version;
    this.#timer = setInterval(() => {
      this.#following = this.#look().catch(onError);
    }, FOLLOW_MS);
  }

  /** Throws a `PolicyError` when the files hold no valid policy to begin with. */
  static async open(paths: readonly string[], onError: (error: unknown) => void): Promise<FilePolicy> {
    const sources = await readPolicyFiles(paths);
    const outcome = readPolicy(sources, LANGUAGE);
    if (!outcome.ok) throw new PolicyError(outcome.problems);
    const { policy, documents } = outcome;
    return new FilePolicy(paths, { version: versionOfSources(sources), policy, documents }, onError);
  }

  get current(): PolicyInForce {
    return this.#current;
  }

  get problems(): readonly PolicyProblem[] {
    return this.#problems;
  }

  onChange(listener: (policy: PolicyInForce) => void): void {
    this.#listeners.add(listener);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#following;
  }

  async #look(): Promise<void> {
    const sources = await readPolicyFiles(this.#paths);
    const version = versionOfSources(sources);
    if (version === this.#seen) return;
    this.#seen = version;
    const outcome = readPolicy(sources, LANGUAGE);
    this.#problems = outcome.ok ? [] : outcome.problems;
    if (!outcome.ok) return;
    this.#current = { version, policy: outcome.policy, documents: outcome.documents };
    this.#listeners.tell(this.#current);
  }
}
