import { type ChildProcess, spawn } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface DaemonOptions {
  readonly name: string;
  readonly program: string;
  readonly parameters: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
  readonly gid?: number;
  /** Asked again and again until it does not reject. */
  readonly isReady: () => Promise<unknown>;
}

/** A server program of this machine that a test runs on its own data, and stops. */
export interface Daemon {
  readonly pid: number;
  /** Ends it in order. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
}

const READY_MS = 60_000;
const ASK_AGAIN_MS = 50;
const STOP_MS = 15_000;
const MAX_COMPLAINT = 64 << 10;

/** Starts a program and waits until it serves. Rejects with what it complained about when it ends instead. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { name, program, parameters, env = {}, uid, gid, isReady } = options;
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', ...asUser(uid, gid), program, ...parameters], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    cwd: '/',
  });
  let complaint = '';
  let ended = false;
  const keep = (text: Buffer): void => {
    complaint = (complaint + text.toString()).slice(-MAX_COMPLAINT);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const end = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      complaint += error.message;
      ended = true;
      resolve();
    });
    child.once('close', () => {
      ended = true;
      resolve();
    });
  });
  const over = performance.now() + READY_MS;
  for (;;) {
    if (ended) throw new Error(`${name} ended before it was ready: ${complaint.trim()}`);
    try {
      await isReady();
      break;
    } catch (cause) {
      if (performance.now() > over) {
        child.kill('SIGKILL');
        throw new Error(`${name} is not ready in time: ${complaint.trim()}`, { cause });
      }
      await sleep(ASK_AGAIN_MS);
    }
  }
  return {
    pid: child.pid ?? 0,
    stop: (signal = 'SIGTERM') => finish(child, end, signal),
    kill: () => finish(child, end, 'SIGKILL'),
  };
}

/** setpriv drops what root has only after it has asked for the signal, which a change of user would reset. */
function asUser(uid: number | undefined, gid: number | undefined): string[] {
  if (uid === undefined || gid === undefined) return [];
  return ['--reuid', String(uid), '--regid', String(gid), '--clear-groups'];
}

async function finish(child: ChildProcess, end: Promise<void>, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await end;
  clearTimeout(force);
}

/** A port of this machine that nobody uses now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  return port;
}
