import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { request as ask } from 'node:https';
import { join } from 'node:path';
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

/** The first administrator of a platform, signed in. */
export class Administrator {
  readonly #url: string;
  readonly #folder: string;
  readonly #authority: string;
  readonly #session: Session;

  private constructor(url: string, folder: string, authority: string, session: Session) {
    this.#url = url;
    this.#folder = folder;
    this.#authority = authority;
    this.#session = session;
  }

  /** Of a platform whose data are in a folder, with what it tells when it starts there. */
  static async signIn(platform: Up, data: string): Promise<Administrator> {
    await platform.says(/^ready /m);
    const [, url = ''] = /^api +(https:\S+),/m.exec(platform.output) ?? [];
    const [, password = ''] = /with the password (\S+),/.exec(platform.output) ?? [];
    const authority = join(data, 'ca', 'ca.crt');
    const { status, cookie, body } = await call(`${url}/api/v1/session`, authority, {
      body: { name: 'admin', password },
    });
    if (status !== 200) throw new Error(`signing in is answered with ${status}: ${JSON.stringify(body)}`);
    const { csrfToken } = body as { readonly csrfToken: string };
    return new Administrator(url, data, authority, { cookie, csrfToken });
  }

  get(path: string): Promise<Answer> {
    return call(this.#url + path, this.#authority, this.#session);
  }

  /** Makes a token, and gives the options by which a command uses it, and the file that holds it. */
  async token(
    role: string,
    namespace?: string,
  ): Promise<{ readonly file: string; readonly options: readonly string[] }> {
    const body = { name: `${role}-${namespace ?? 'all'}`, role, ...(namespace !== undefined && { namespace }) };
    const made = await call(`${this.#url}/api/v1/tokens`, this.#authority, { ...this.#session, body });
    const file = join(this.#folder, `${body.name}.token`);
    await writeFile(file, `${(made.body as { readonly token: string }).token}\n`);
    return { file, options: ['--api', this.#url, '--token-file', file, '--ca', this.#authority] };
  }
}

interface Session {
  readonly cookie: string;
  readonly csrfToken: string;
}

interface Answer {
  readonly status: number | undefined;
  readonly cookie: string;
  readonly body: unknown;
}

/** A request that trusts the platform's own authority and nobody else. */
async function call(
  url: string,
  authority: string,
  { cookie, csrfToken, body }: Partial<Session> & { readonly body?: unknown },
): Promise<Answer> {
  const ca = await readFile(authority);
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
