import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { LineProcess } from './line-process.ts';
import { freePort } from './service/daemon.ts';

const MAIN = join(import.meta.dirname, '../../../apps/api/src/main.ts');

export interface ControlPlaneOptions {
  /** Of its own. */
  readonly folder: string;
  /** Policy documents. */
  readonly policyFile: string;
  /** As the api's configuration has it; a SQLite of its own without it. */
  readonly store?: object;
  /** As the api's configuration has it. */
  readonly alerts?: object;
  /** As the api's configuration has it. */
  readonly kubernetes?: object;
  /** Folder of its authority; one of its own without it. */
  readonly authority?: string;
  /** Password of its first administrator; one of its own without it. */
  readonly password?: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** A real api of a test, on loopback, whose policy is a file. */
export class TestControlPlane {
  readonly #folder: string;
  readonly #authority: string;
  readonly #ports: readonly [number, number];
  #process: LineProcess;
  #password: string | undefined;
  #session: Readonly<Record<string, string>> | undefined;

  private constructor(
    { folder, authority, password }: ControlPlaneOptions & { readonly authority: string },
    ports: readonly [number, number],
  ) {
    this.#folder = folder;
    this.#authority = authority;
    this.#password = password;
    this.#ports = ports;
    this.#process = this.#start();
  }

  /** Starts it in a folder of its own, with a policy. */
  static async open(options: ControlPlaneOptions): Promise<TestControlPlane> {
    const { folder, policyFile, store, alerts, kubernetes, password } = options;
    const authority = options.authority ?? join(folder, 'authority');
    await mkdir(folder, { recursive: true });
    const ports = [await freePort(), await freePort()] as const;
    const config = {
      store: store ?? { file: join(folder, 'store.db') },
      host: '127.0.0.1',
      port: ports[0],
      authority: { folder: authority },
      agents: { host: '127.0.0.1', port: ports[1] },
      policy: { source: 'files', files: [policyFile] },
      metrics: { port: 0 },
      ...(alerts !== undefined && { alerts }),
      ...(kubernetes !== undefined && { kubernetes }),
      ...(password !== undefined && { admin: { passwordFile: join(folder, 'password') } }),
    };
    if (password !== undefined) await writeFile(join(folder, 'password'), password, { mode: 0o600 });
    await writeFile(join(folder, 'api.json'), JSON.stringify(config));
    const plane = new TestControlPlane({ ...options, authority }, ports);
    await plane.#ready();
    return plane;
  }

  /** Where agents find it. */
  get agentAddress(): string {
    return `127.0.0.1:${this.#ports[1]}`;
  }

  /** Where people and programs find it. */
  get url(): string {
    return `https://127.0.0.1:${this.#ports[0]}`;
  }

  /** PEM file of the authority of its certificate. */
  get caFile(): string {
    return join(this.#authority, 'ca.crt');
  }

  /** Of the api's process. */
  get pid(): number {
    return this.#process.pid;
  }

  /** A token that lets so many agents enrol. */
  async enrolmentToken(uses = 1): Promise<string> {
    const { body } = await this.ask('POST', '/api/v1/enrolment-tokens', { uses });
    return (body as { readonly token: string }).token;
  }

  /** Events of a kind that it has, newest first. */
  async events(kind: string): Promise<readonly object[]> {
    const { body } = await this.ask('GET', `/api/v1/events?kind=${kind}&limit=100`);
    return (body as { readonly items: readonly object[] }).items;
  }

  /** Asks as its first administrator. */
  async ask(method: string, path: string, body?: object): Promise<ApiAnswer> {
    this.#session ??= await this.#signIn();
    return (await this.#send(method, path, body, this.#session)).answer;
  }

  /** What a path gives, as bytes. */
  async download(path: string): Promise<Buffer> {
    this.#session ??= await this.#signIn();
    return (await this.#send('GET', path, undefined, this.#session)).bytes;
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    await this.#process.stop('SIGKILL');
  }

  async restart(): Promise<void> {
    this.#process = this.#start();
    await this.#ready();
  }

  async close(): Promise<void> {
    await this.#process.stop();
  }

  #start(): LineProcess {
    return new LineProcess('api', undefined, process.execPath, [MAIN, '--config', join(this.#folder, 'api.json')]);
  }

  async #ready(): Promise<void> {
    await this.#process.waitFor('start', (line) => line['event'] === 'api-started', { withinMs: 60_000 });
    const admin = this.#process.lines.find((line) => line['event'] === 'admin-created');
    if (typeof admin?.['password'] === 'string') this.#password = admin['password'];
  }

  async #signIn(): Promise<Readonly<Record<string, string>>> {
    const { answer, cookie } = await this.#send('POST', '/api/v1/session', { name: 'admin', password: this.#password });
    const { csrfToken } = answer.body as { readonly csrfToken: string };
    return { cookie, 'x-csrf-token': csrfToken };
  }

  #send(
    method: string,
    path: string,
    body: object | undefined,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly answer: ApiAnswer; readonly cookie: string; readonly bytes: Buffer }> {
    const { promise, resolve, reject } = Promise.withResolvers<{ answer: ApiAnswer; cookie: string; bytes: Buffer }>();
    const ca = readFileSync(this.caFile);
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const to = { host: '127.0.0.1', port: this.#ports[0], method, path, ca, headers: { ...headers, ...type } };
    const sent = request({ ...to, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const isJson = /json/.test(response.headers['content-type'] ?? '');
        const text = isJson || (response.statusCode ?? 0) >= 400 ? bytes.toString() : '';
        const cookie = (response.headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '';
        const status = response.statusCode ?? 0;
        if (status >= 400) reject(new Error(`${method} ${path}: ${status} ${text}`));
        else resolve({ answer: { status, body: text === '' ? undefined : JSON.parse(text) }, cookie, bytes });
      });
    });
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
    return promise;
  }
}
