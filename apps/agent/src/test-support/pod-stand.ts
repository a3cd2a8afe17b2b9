import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Containerd, startContainerd } from '@bulkhead/cri/test-support';
import { LineProcess, run } from '@bulkhead/lab';

const MAIN = join(import.meta.dirname, '../main.ts');
const COMMAND_LINE = join(import.meta.dirname, '../../../cli/src/main.ts');

/** What a process of a container that is refused something gets told: EPERM. */
export const REFUSED = 'Operation not permitted';

export interface PodOptions {
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  readonly volumes?: Readonly<Record<string, string>>;
}

/** A policy with one group, which selects the pods of the namespace `shop`, and more documents. */
export function shopPolicy(mode: string, ...more: readonly object[]): string {
  const group = {
    kind: 'WorkloadGroup',
    metadata: { name: 'shop' },
    spec: { selector: { namespaces: ['shop'] }, mode },
  };
  const all = [group, ...more].map((one) => JSON.stringify({ apiVersion: 'bulkhead.io/v1alpha1', ...one }));
  return all.join('\n---\n');
}

/** Pods on a containerd of its own, and one agent at a time that watches them. */
export class PodStand {
  readonly folder: string;
  readonly containerd: Containerd;
  #agent: LineProcess | undefined;

  private constructor(folder: string, containerd: Containerd) {
    this.folder = folder;
    this.containerd = containerd;
  }

  static async open(): Promise<PodStand> {
    const folder = await mkdtemp(join(tmpdir(), 'bulkhead-pods-'));
    return new PodStand(folder, await startContainerd({ snapshotter: 'overlayfs' }));
  }

  async close(): Promise<void> {
    await this.stopAgent();
    await this.containerd.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Starts an agent by a policy, in place of the one before; it is there once the policy is in force. */
  async startAgent(policy: string, more: object = { policy: ['policy.yaml'] }): Promise<LineProcess> {
    await this.stopAgent();
    await writeFile(join(this.folder, 'policy.yaml'), policy);
    const config = { workloads: { cri: this.containerd.socket }, metrics: { enabled: false }, onStop: 'release' };
    await writeFile(join(this.folder, 'agent.json'), JSON.stringify({ ...config, ...more }));
    return this.restartAgent();
  }

  /** Starts it as it was. */
  async restartAgent(): Promise<LineProcess> {
    const config = join(this.folder, 'agent.json');
    this.#agent = new LineProcess('agent', undefined, process.execPath, [MAIN, '--config', config]);
    await this.#agent.waitFor('policy', (line) => line.event === 'policy-loaded', { withinMs: 30_000 });
    return this.#agent;
  }

  async stopAgent(): Promise<void> {
    await this.#agent?.stop();
  }

  startPod(name: string, options: PodOptions = {}): Promise<string> {
    const { namespace = 'shop', labels = {}, command = ['/bin/sleep', '86400'], volumes = {} } = options;
    return this.containerd.startPod({ namespace, name, labels, containers: [{ name: 'main', command, volumes }] });
  }

  /** What a shell in a pod says when it runs a command, with its exit code. */
  async shell(pod: string, command: string): Promise<string> {
    const { stdout, stderr } = await this.containerd.execute(pod, ['/bin/sh', '-c', `${command}; echo "code $?"`]);
    return stdout + stderr;
  }

  /** What is learnt from an agent's lines, by the policy that it had, and what is said of both together. */
  async learn(
    from: LineProcess,
    only: 'programs' | 'files',
  ): Promise<{ readonly text: string; readonly check: string }> {
    const of = (name: string): string => join(this.folder, name);
    const bulkhead = (...words: readonly string[]): Promise<string> => run(process.execPath, [COMMAND_LINE, ...words]);
    await writeFile(of('agent.jsonl'), from.lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const text = await bulkhead('policy', 'learn', of('agent.jsonl'), '--policy', of('policy.yaml'), '--only', only);
    await writeFile(of('learned.yaml'), text);
    return { text, check: await bulkhead('policy', 'check', of('policy.yaml'), of('learned.yaml')) };
  }
}
