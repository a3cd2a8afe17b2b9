import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { API_VERSION, printable } from '@bulkhead/core';
import { programFile } from '../become.ts';
import { EXIT_FAILURE, EXIT_OK } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { Child, type Line } from './child.ts';
import { startRedis } from './redis.ts';

export interface UpOptions {
  readonly data?: string;
  readonly port: number;
  readonly name: readonly string[];
  readonly policy?: readonly string[];
  readonly cri?: string;
  readonly netns: boolean;
  readonly db: string;
}

/** Runs the whole platform on this machine until it is told to end. Nothing of it stays behind but its data folder. */
export async function up(options: UpOptions, io: Io): Promise<number> {
  const platform = new Platform(options, io);
  const ended = new Promise<undefined>((end) => {
    const stop = (): void => end(undefined);
    io.signal.addEventListener('abort', stop, { once: true });
    process.once('SIGTERM', stop);
    process.once('SIGHUP', stop);
  });
  try {
    const lost = await Promise.race([ended, platform.start()]);
    if (lost === undefined) return EXIT_OK;
    io.stderr.write(`error: the ${lost.name} ended by itself (${lost.how}); read ${lost.log}\n`);
    return EXIT_FAILURE;
  } finally {
    await platform.stop();
  }
}

interface LostChild {
  readonly name: string;
  readonly how: string;
  readonly log: string;
}

/** An agent that ends by itself so often within this time is not started again: it would end once more. */
const MAX_RESTARTS = 3;
const RESTART_WINDOW_MS = 600_000;
/** How a service ends that had nothing to complain of. */
const IN_ORDER = 'exit code 0';

class Platform {
  readonly #options: UpOptions;
  readonly #io: Io;
  readonly #folder: string;
  readonly #children: Child[] = [];
  /** The last agent that worked: its rules stay where it does not end in order. */
  #agent: Child | undefined;
  #ending = false;

  constructor(options: UpOptions, io: Io) {
    this.#options = options;
    this.#io = io;
    this.#folder = resolve(options.data ?? defaultFolder());
  }

  /** Starts one service after the other. Resolves only when one of them ends by itself, an agent more than now and then. */
  async start(): Promise<LostChild> {
    const folder = this.#folder;
    for (const name of ['', 'log', 'run']) mkdirSync(join(folder, name), { recursive: true, mode: 0o700 });
    const store = { file: join(folder, 'bulkhead.db') };
    const redis = await startRedis(join(folder, 'redis'), this.#log('queue'));
    this.#children.push(redis.child);
    this.#say('queue', 'a private Redis');
    const agentsPort = await this.#startApi(store);
    await this.#startWorker(store, redis.config);
    if (this.#options.cri !== undefined || this.#options.netns) await this.#startAgent(agentsPort);
    else this.#say('agent', 'not started: it needs --cri or --netns to know what to protect');
    this.#say('ready', 'Ctrl-C ends all of it');
    return Promise.race(
      this.#children.map((child) => (child === this.#agent ? this.#lostAgent(child, agentsPort) : this.#lost(child))),
    );
  }

  async #lost(child: Child): Promise<LostChild> {
    return { name: child.name, how: await child.ended, log: this.#log(child.name) };
  }

  /** Starts an agent again that ends by itself. Its rules stay meanwhile: the next takes them over. */
  async #lostAgent(first: Child, agentsPort: string): Promise<LostChild> {
    let agent = first;
    const restarts: number[] = [];
    for (;;) {
      const lost = await this.#lost(agent);
      if (this.#ending) return lost;
      this.#children.splice(this.#children.indexOf(agent), 1);
      const now = performance.now();
      if (restarts.filter((at) => now - at < RESTART_WINDOW_MS).length >= MAX_RESTARTS) return lost;
      restarts.push(now);
      this.#say('agent', `ended by itself (${lost.how}): it is started again`);
      agent = await this.#startAgent(agentsPort);
    }
  }

  /** Ends them, the last first: each may need those before it. */
  async stop(): Promise<void> {
    this.#ending = true;
    if (this.#children.length > 0) this.#say('ending', 'one after the other');
    for (let child = this.#children.pop(); child !== undefined; child = this.#children.pop()) await child.stop();
    const end = await this.#agent?.ended;
    if (end !== undefined && end !== IN_ORDER) await this.#cleanUp();
  }

  /** Takes back what an agent left that could not end in order. */
  async #cleanUp(): Promise<void> {
    const how = await this.#run('agent', ['--clean-up']).ended;
    if (how === IN_ORDER) return;
    const what = `rules of the agent may be left (${how})`;
    this.#io.stderr.write(`error: ${what}; read ${this.#log('agent')}, and run "bulkhead agent --clean-up"\n`);
  }

  /** Gives the port at which agents are served. */
  async #startApi(store: object): Promise<string> {
    const { port, name, policy } = this.#options;
    const agents = { host: '127.0.0.1', port: port === 0 ? 0 : port + 1, tokenFile: this.#tokenFile };
    const source = policy === undefined ? {} : { source: 'files', files: policy.map((path) => resolve(path)) };
    const authority = { folder: join(this.#folder, 'ca') };
    const names = [...new Set([...name, 'localhost', '127.0.0.1', '::1'])];
    const host = name.length > 0 ? '0.0.0.0' : '127.0.0.1';
    const metrics = { port: 0 };
    const api = this.#startService('api', 'ApiConfig', {
      store,
      host,
      port,
      names,
      authority,
      agents,
      policy: source,
      metrics,
    });
    const { url, authority: file, agents: address } = await api.said('api-started');
    this.#say('api', `${String(url)}, with a certificate of ${String(file)}`);
    return String(address).split(':').at(-1) ?? '';
  }

  async #startWorker(store: object, redis: object): Promise<void> {
    const { db } = this.#options;
    if (!existsSync(db)) {
      this.#say('worker', `not started: there is no advisory database ${db}; "bulkhead db build" makes one`);
      return;
    }
    const metrics = { port: 0 };
    const worker = this.#startService('worker', 'WorkerConfig', {
      store,
      redis,
      advisories: { database: resolve(db) },
      metrics,
    });
    await worker.said('worker-started');
    this.#say('worker', 'scans the images of watched registries');
  }

  get #tokenFile(): string {
    return join(this.#folder, 'run', 'enrolment-token');
  }

  async #startAgent(port: string): Promise<Child> {
    const { cri, netns } = this.#options;
    const workloads = { ...(cri !== undefined && { cri }), netns };
    const captures = { folder: join(this.#folder, 'captures') };
    const address = `127.0.0.1:${port}`;
    const controlPlane = { address, tokenFile: this.#tokenFile, folder: join(this.#folder, 'agent') };
    const metrics = { port: 0 };
    // Nobody starts an agent again that was told to end.
    const onStop = 'release';
    const agent = this.#startService('agent', 'AgentConfig', { controlPlane, workloads, captures, metrics, onStop });
    await agent.said('agent-started');
    this.#agent = agent;
    this.#say('agent', 'holds workloads of this machine to the policy');
    return agent;
  }

  #startService(name: 'agent' | 'api' | 'worker', kind: string, config: object): Child {
    const file = join(this.#folder, 'run', `${name}.json`);
    writeFileSync(file, JSON.stringify({ apiVersion: API_VERSION, kind, ...config }, null, 2), { mode: 0o600 });
    const child = this.#run(name, ['--config', file]);
    this.#children.push(child);
    return child;
  }

  #run(name: 'agent' | 'api' | 'worker', args: readonly string[]): Child {
    return new Child({
      name,
      program: process.execPath,
      args: [programFile(name), ...args],
      cwd: this.#folder,
      log: this.#log(name),
      onLine: (line) => this.#tell(name, line),
    });
  }

  /** What people want to know of what services say. */
  #tell(name: string, line: Line): void {
    switch (line['event']) {
      case 'admin-created':
        // Once in the life of a data folder: the password is kept nowhere.
        this.#say('sign in', `${String(line['name'])} with the password ${String(line['password'])}, shown this once`);
        return;
      case 'control-plane':
        if (line['state'] !== 'connected') this.#say(name, `the api is away: ${String(line['problem'])}`);
        return;
      case 'policy-changed':
        this.#say(name, `the policy has ${String(line['documents'])} documents`);
        return;
      case 'policy-rejected':
        this.#say(name, `the policy is not valid: ${(line['problems'] as string[]).join('; ')}`);
        return;
      case 'workload-protected':
      case 'workload-failed':
        this.#say(name, workloadLine(line));
        return;
      case 'finding':
        this.#say(
          name,
          `${String(line['verdict'])}: ${String(line['detector'])} ${String(line['masked'])} by ${String(line['sensor'])}`,
        );
        return;
      default:
    }
  }

  #say(subject: string, text: string): void {
    if (this.#ending && subject !== 'ending') return;
    this.#io.stdout.write(`${subject.padEnd(8)}  ${printable(text)}\n`);
  }

  #log(name: string): string {
    return join(this.#folder, 'log', `${name}.log`);
  }
}

function workloadLine({ event, netns, mode, sensors, problem }: Line): string {
  const where = String(netns);
  if (event === 'workload-failed') return `${where} is not protected: ${String(problem)}`;
  return `${where} is in ${String(mode)}, by ${(sensors as string[]).join(', ') || 'no sensor'}`;
}

/** For root what the file system's standard says; for others the state folder of the XDG base directory specification. */
function defaultFolder(): string {
  if (process.getuid?.() === 0) return '/var/lib/bulkhead';
  const state = process.env['XDG_STATE_HOME'];
  return join(state !== undefined && isAbsolute(state) ? state : join(homedir(), '.local', 'state'), 'bulkhead');
}
