import {
  type CompilerInput,
  LEFT_OUT_CAUSES,
  type LeftOut,
  type LeftOutCause,
  type SnapshotCompiler,
} from '@bulkhead/policy';
import type { SnapshotText } from '@bulkhead/rpc';
import type { Logger } from '@bulkhead/runtime';
import { LeftOutLog, leftOutAnywhere } from './left-out.ts';
import { SnapshotTexts } from './snapshot-texts.ts';

/** What each node is to hold of the policy, and what is left out of that. */
export class NodeSnapshots {
  #compiler: SnapshotCompiler;
  readonly #texts = new SnapshotTexts();
  readonly #log: LeftOutLog;
  /** Whether what agents hold now is better than what could be sent to them. */
  #isWaiting = false;

  constructor(compiler: SnapshotCompiler, logger: Pick<Logger, 'warn'>) {
    this.#compiler = compiler;
    this.#log = new LeftOutLog(logger);
  }

  /** Where who is there and what leads there is put and removed; each says which nodes it concerns. */
  get compiler(): SnapshotCompiler {
    return this.#compiler;
  }

  setPolicy(policy: CompilerInput): void {
    this.#compiler = this.#compiler.withPolicy(policy);
    this.#texts.clear();
  }

  /** Until then nothing is due to anybody. */
  async waitFor(listed: Promise<unknown>): Promise<void> {
    this.#isWaiting = true;
    await listed;
    this.#isWaiting = false;
  }

  /** Before all nodes are listed each is taken for one. */
  isOfCluster(node: string): boolean {
    return this.#isWaiting || this.#compiler.isOfCluster(node);
  }

  /** What a node is to be sent, unless it has it. Says once what is left out. */
  due(node: string, has: string | undefined): SnapshotText | undefined {
    if (this.#isWaiting) return undefined;
    const snapshot = this.#compiler.snapshotFor(node);
    const { version } = snapshot;
    if (version === has) return undefined;
    this.#log.services(this.#compiler.leftOutFor(node));
    if (!this.#compiler.isOfCluster(node)) this.#log.elsewhere(node);
    return { version, json: this.#texts.of(snapshot) };
  }

  versionFor(node: string): string {
    return this.#compiler.snapshotFor(node).version;
  }

  /** How many Services a node is not told where they lead, of the node with most of them. */
  leftOutMost(nodes: readonly string[]): ReadonlyMap<LeftOutCause, number> {
    const all = nodes.map((node) => this.#compiler.leftOutFor(node).counts);
    return new Map(LEFT_OUT_CAUSES.map((cause) => [cause, Math.max(0, ...all.map((counts) => counts[cause]))]));
  }

  leftOutOf(nodes: readonly string[]): Pick<LeftOut, 'services' | 'unnamed'> {
    return leftOutAnywhere(nodes.map((node) => this.#compiler.leftOutFor(node)));
  }
}
