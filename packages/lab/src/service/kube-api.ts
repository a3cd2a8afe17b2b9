import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { makeCertificate } from '../certificate.ts';
import { run } from '../run.ts';
import { type Daemon, freePort, startDaemon } from './daemon.ts';
import { askKube, type KubeAnswer, kubeReady } from './kube-request.ts';

export const ETCD = '/usr/bin/etcd';
/** Where tools/cluster puts what it builds; another place is named by the environment. */
const BUILT = resolve(import.meta.dirname, '../../../../.tools/kubernetes/kube-apiserver');

export interface KubeApi {
  /** `https://127.0.0.1:…` */
  readonly server: string;
  /** An administrator's. */
  readonly token: string;
  /** The certificate to trust, PEM. */
  readonly ca: string;
  /** Asks as an administrator. `body` is sent as JSON, a PATCH as a merge. */
  ask(method: string, path: string, body?: object): Promise<KubeAnswer>;
  /** Ends the API server, and etcd not: nobody answers until it is started again, on the same port. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Has etcd forget all versions but the last. */
  compact(): Promise<void>;
  /** Ends it, with its etcd, and removes their data. */
  remove(): Promise<void>;
}

/** Why no API server can be started here; nothing when one can. */
export function kubeApiMissing(): string | undefined {
  if (!existsSync(ETCD)) return `${ETCD} is missing (Debian: etcd-server)`;
  if (existsSync(programPath())) return undefined;
  return `${programPath()} is missing; tools/cluster/kubernetes.sh builds it, KUBE_APISERVER names one that is elsewhere`;
}

/** Starts a Kubernetes API server of its own with an etcd, in a temporary folder, on loopback: no nodes, no controllers. */
export async function startKubeApi(): Promise<KubeApi> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-kube-'));
  const [clients, peers, port] = [await freePort(), await freePort(), await freePort()];
  const token = randomBytes(16).toString('hex');
  const { key, certificate } = await makeCertificate(folder, ['127.0.0.1', 'localhost']);
  const tokens = join(folder, 'tokens.csv');
  await writeFile(tokens, `${token},admin,admin,"system:masters"\n`, { mode: 0o600 });
  const accounts = join(folder, 'accounts.key');
  await run('openssl', ['genrsa', '-out', accounts, '2048']);
  const api = { host: '127.0.0.1', port, token, ca: readFileSync(certificate) };

  const startServer = (): Promise<Daemon> =>
    startDaemon({
      name: 'kube-apiserver',
      program: programPath(),
      parameters: [
        `--etcd-servers=http://127.0.0.1:${clients}`,
        '--bind-address=127.0.0.1',
        '--advertise-address=127.0.0.1',
        `--secure-port=${port}`,
        `--tls-cert-file=${certificate}`,
        `--tls-private-key-file=${key}`,
        `--token-auth-file=${tokens}`,
        '--service-account-issuer=https://kubernetes.default.svc',
        `--service-account-key-file=${accounts}`,
        `--service-account-signing-key-file=${accounts}`,
        '--service-cluster-ip-range=10.96.0.0/16',
        '--authorization-mode=RBAC',
        '--allow-privileged=true',
        // Its accounts are made by a controller that does not run here.
        '--disable-admission-plugins=ServiceAccount',
        `--cert-dir=${folder}`,
      ],
      isReady: () => kubeReady(api),
    });
  let etcd: Daemon | undefined;
  let server: Daemon | undefined;
  const remove = async (): Promise<void> => {
    await server?.stop();
    await etcd?.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    etcd = await startEtcd(folder, clients, peers);
    server = await startServer();
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    server: `https://127.0.0.1:${port}`,
    token,
    ca: api.ca.toString(),
    ask: (method, path, body) => askKube(api, method, path, body),
    async stop() {
      await server?.stop();
      server = undefined;
    },
    async start() {
      server = await startServer();
    },
    compact: () => compact(`http://127.0.0.1:${clients}`),
    remove,
  };
}

/** By etcd's gateway for JSON. */
async function compact(etcd: string): Promise<void> {
  const send = async (path: string, body: object): Promise<{ readonly header: { readonly revision: string } }> => {
    const answer = await fetch(`${etcd}/v3/kv/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`etcd answers ${answer.status} to ${path}: ${await answer.text()}`);
    return (await answer.json()) as { readonly header: { readonly revision: string } };
  };
  const { header } = await send('range', { key: 'AA==' });
  await send('compaction', { revision: header.revision, physical: true });
}

/** The API server's program; what else a cluster is made of lies beside it. */
export function programPath(): string {
  return process.env['KUBE_APISERVER'] ?? BUILT;
}

function startEtcd(folder: string, clients: number, peers: number): Promise<Daemon> {
  const client = `http://127.0.0.1:${clients}`;
  return startDaemon({
    name: 'etcd',
    program: ETCD,
    parameters: etcdParameters(folder, clients, peers),
    isReady: async () => {
      if (!(await fetch(`${client}/health`)).ok) throw new Error('not healthy');
    },
  });
}

export function etcdParameters(folder: string, clients: number, peers: number): readonly string[] {
  const [client, peer] = [`http://127.0.0.1:${clients}`, `http://127.0.0.1:${peers}`];
  return [
    ['--data-dir', join(folder, 'etcd')],
    ['--listen-client-urls', client, '--advertise-client-urls', client],
    ['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `default=${peer}`],
    ['--unsafe-no-fsync'],
  ].flat();
}
