import { type ChildProcess, spawn } from 'node:child_process';
import { request as ask } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { MAIN } from './bulkhead.ts';

const START_MS = 100_000;

/** `bulkhead up`, as somebody at a terminal has it. */
export class Up {
  readonly #process: ChildProcess;
  readonly ended: Promise<number | null>;
  output = '';

  constructor(args: readonly string[]) {
    const words = ['--pdeathsig', 'TERM', process.execPath, MAIN, 'up', '--port', '0', ...args];
    this.#process = spawn('setpriv', words, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
    this.ended = new Promise((resolve) => this.#process.once('close', resolve));
  }

  async says(what: RegExp): Promise<void> {
    const until = performance.now() + START_MS;
    while (!what.test(this.output)) {
      if (performance.now() > until) throw new Error(`it does not say ${what}, but:\n${this.output}`);
      await sleep(100);
    }
  }

  end(): Promise<number | null> {
    this.#process.kill('SIGINT');
    return this.ended;
  }
}

export interface Answer {
  readonly status: number | undefined;
  readonly cookie: string;
  readonly body: unknown;
}

/** A request that trusts the platform's own authority and nobody else. */
export function call(
  url: string,
  ca: string,
  more: { readonly cookie?: string; readonly csrfToken?: string; readonly body?: unknown },
): Promise<Answer> {
  const { cookie, csrfToken, body } = more;
  const headers = {
    ...(cookie !== undefined && { cookie }),
    ...(csrfToken !== undefined && { 'x-csrf-token': csrfToken }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
  return new Promise((resolve, reject) => {
    const sent = ask(url, { ca, method: body === undefined ? 'GET' : 'POST', headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      answer.once('end', () => {
        const [first = ''] = answer.headers['set-cookie'] ?? [];
        resolve({ status: answer.statusCode, cookie: first.split(';', 1)[0] ?? '', body: JSON.parse(text) });
      });
    });
    sent.once('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
