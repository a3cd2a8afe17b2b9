import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeCertificate } from '../certificate.ts';
import { run } from '../run.ts';
import { kubeconfigOf } from '../service/kubeconfig.ts';
import { API_PORT, type ClusterFiles, USERS } from './components.ts';
import { API_SERVICE, NODE_ADDRESS } from './node-network.ts';

const SERVER = `https://${NODE_ADDRESS}:${API_PORT}`;
const NAMES = [NODE_ADDRESS, API_SERVICE, '127.0.0.1', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];

/** Writes what the components of a cluster know each other by: a certificate, keys, a token and a kubeconfig for each user. */
export async function writeFiles(folder: string): Promise<ClusterFiles> {
  const { key, certificate } = await makeCertificate(folder, NAMES);
  const ca = await readFile(certificate, 'utf8');
  const accounts = join(folder, 'accounts.key');
  await run('openssl', ['genrsa', '-out', accounts, '2048']);
  const tokens = join(folder, 'tokens.csv');
  const users = Object.entries(USERS).map(([user, [name, group]]) => ({
    user,
    token: randomBytes(16).toString('hex'),
    rights: `${name},${name}${group === '' ? '' : `,"${group}"`}`,
  }));
  await writeFile(tokens, users.map(({ token, rights }) => `${token},${rights}\n`).join(''), { mode: 0o600 });
  const kubeconfig = (user: string): string => join(folder, `${user}.kubeconfig`);
  for (const { user, token } of users) {
    await writeFile(kubeconfig(user), JSON.stringify(kubeconfigOf({ server: SERVER, ca, token })), { mode: 0o600 });
  }
  const adminToken = users.find(({ user }) => user === 'admin')?.token ?? '';
  return { folder, certificate, key, accounts, tokens, adminToken, kubeconfig };
}
