import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { InstallationConfig } from '../config.ts';

/** The API server may be under way to another node itself: it is asked again before its silence counts. */
const LOOKS = 3;
const BETWEEN_LOOKS_MS = 1_000;
const ANSWER_MS = 3_000;
const BETWEEN_TRIES_MS = 60_000;
/** A DaemonSet with its managed fields has some KiB. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

const DaemonSet = z.object({
  metadata: z.object({ uid: z.string(), deletionTimestamp: z.string().optional() }),
});

/** What a look at the DaemonSet showed; `withheld`: the API server no longer lets this agent look. */
type Look =
  | { readonly seen: 'there'; readonly uid: string }
  | { readonly seen: 'gone' | 'withheld' }
  | { readonly seen: 'unknown'; readonly why: string };

/**
 * The DaemonSet that an agent is of. An agent that ends because it is started anew, on an upgrade or by its kubelet, still has
 * it; one that is taken off the cluster does not.
 */
export class Installation {
  readonly #config: InstallationConfig;
  readonly #environment: Readonly<Record<string, string | undefined>>;
  #uid: string | undefined;

  constructor(config: InstallationConfig, environment: Readonly<Record<string, string | undefined>> = process.env) {
    this.#config = config;
    this.#environment = environment;
  }

  /**
   * Remembers which DaemonSet it is, as soon as it can be seen; until then nothing is said to be gone. `onProblem` hears once why
   * it cannot. Resolves with true when it was seen, with false when the signal aborted before.
   */
  async find(signal: AbortSignal, onProblem: (why: string) => void): Promise<boolean> {
    for (let isTold = false; !signal.aborted; ) {
      const found = await settle(this.#config, this.#environment, (look) => look.seen === 'there');
      if (found.seen === 'there') {
        this.#uid = found.uid;
        return true;
      }
      if (!isTold) onProblem(found.seen === 'unknown' ? found.why : `it is ${found.seen}`);
      isTold = true;
      await sleep(BETWEEN_TRIES_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
    return false;
  }

  /**
   * Whether the DaemonSet was removed since. That the right to look at it was taken away says so as well: an uninstallation
   * removes both at once. An API server that does not answer says nothing, and so does a DaemonSet that was never seen.
   */
  async isGone(): Promise<boolean> {
    if (this.#uid === undefined) return false;
    const last = await settle(this.#config, this.#environment, ({ seen }) => seen === 'there' || seen === 'gone');
    return last.seen === 'there' ? last.uid !== this.#uid : last.seen !== 'unknown';
  }
}

/** Looks until it is settled, or often enough. */
async function settle(
  config: InstallationConfig,
  environment: Readonly<Record<string, string | undefined>>,
  isSettled: (look: Look) => boolean,
): Promise<Look> {
  for (let count = 1; ; count += 1) {
    const found = await lookOnce(config, environment).catch(
      (error: unknown): Look => ({ seen: 'unknown', why: String(error) }),
    );
    if (isSettled(found) || count === LOOKS) return found;
    await sleep(BETWEEN_LOOKS_MS);
  }
}

async function lookOnce(
  { daemonSet, namespace, serviceAccountFolder: folder }: InstallationConfig,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Look> {
  const [host, port] = [environment['KUBERNETES_SERVICE_HOST'], environment['KUBERNETES_SERVICE_PORT']];
  if (host === undefined || port === undefined) {
    return { seen: 'unknown', why: 'KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set' };
  }
  // Read each time: the kubelet replaces both.
  const [token, ca] = await Promise.all(['token', 'ca.crt'].map((name) => readFile(join(folder, name), 'utf8')));
  const path = `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/daemonsets/${encodeURIComponent(daemonSet)}`;
  const headers = { authorization: `Bearer ${token?.trim()}`, accept: 'application/json' };
  const { status, body } = await fetchJson({ host, port, path, headers, ca });
  if (status === 404) return { seen: 'gone' };
  if (status === 401 || status === 403) return { seen: 'withheld' };
  if (status !== 200) return { seen: 'unknown', why: `the API server answered with status ${status}` };
  const { metadata } = DaemonSet.parse(JSON.parse(body));
  return metadata.deletionTimestamp === undefined ? { seen: 'there', uid: metadata.uid } : { seen: 'gone' };
}

/** By `node:https` alone: the client of packages/kube costs memory that an agent need not spend for one question. */
function fetchJson(options: {
  readonly host: string;
  readonly port: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly ca: string | undefined;
}): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const asked = request({ ...options, agent: false, signal }, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes > MAX_ANSWER_BYTES) asked.destroy(new Error('the answer of the API server is too long'));
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
      response.on('error', reject);
    });
    asked.on('error', reject);
    asked.end();
  });
}
