import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { accessSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PROGRAMS = ['containerd', 'ctr', 'setpriv'];

/** Why no containerd can run here, or undefined when it can. */
export function missingForContainerd(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root';
  const missing = PROGRAMS.filter((program) => !isOnPath(program));
  return missing.length === 0 ? undefined : `not installed: ${missing.join(', ')}`;
}

/** A containerd of its own that only keeps images: no CRI, no network, nothing unpacked. */
export class TestContainerd {
  readonly #folder = mkdtempSync(join(tmpdir(), 'bulkhead-containerd-'));
  #daemon: ChildProcess | undefined;

  get socket(): string {
    return join(this.#folder, 'c.sock');
  }

  async start(): Promise<void> {
    const config = [
      'version = 2',
      `root = "${this.#folder}/root"`,
      `state = "${this.#folder}/state"`,
      'disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]',
      '[grpc]',
      `  address = "${this.socket}"`,
    ];
    writeFileSync(join(this.#folder, 'config.toml'), config.join('\n'));
    // Told to end when this process does, however that comes.
    const words = ['--pdeathsig', 'TERM', 'containerd', '--config', join(this.#folder, 'config.toml')];
    this.#daemon = spawn('setpriv', words, { stdio: 'ignore' });
    for (let poll = 0; poll < 200; poll += 1) {
      if (this.#daemon.exitCode !== null) throw new Error(`containerd ended with ${this.#daemon.exitCode}`);
      if (
        await this.#ctr('version').then(
          () => true,
          () => false,
        )
      )
        return;
      await sleep(100);
    }
    throw new Error('containerd did not become ready');
  }

  async import(archive: Buffer, namespace: string): Promise<void> {
    const file = join(this.#folder, 'image.tar');
    writeFileSync(file, archive);
    await this.#ctr('--namespace', namespace, 'images', 'import', '--no-unpack', '--all-platforms', file);
  }

  async removeContent(digest: string, namespace: string): Promise<void> {
    await this.#ctr('--namespace', namespace, 'content', 'rm', digest);
  }

  async stop(): Promise<void> {
    const daemon = this.#daemon;
    if (daemon !== undefined && daemon.exitCode === null) {
      const ended = new Promise((resolve) => daemon.once('exit', resolve));
      daemon.kill('SIGTERM');
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #ctr(...words: readonly string[]): Promise<void> {
    await run('ctr', ['--address', this.socket, '--timeout', '10s', ...words]);
  }
}

function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program));
      return true;
    } catch {
      return false;
    }
  });
}
