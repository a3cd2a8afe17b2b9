import { AuthorityFolder, SharedAuthority } from '@bulkhead/pki';
import type { ApiConfig } from '../config.ts';
import type { OwnAuthority } from '../tls/own-identity.ts';
import { authoritySecret } from './authority-secret.ts';
import type { Cluster } from './join.ts';

/** The authority that agents trust: in a Secret where several apis share it, and in a folder where there is one. */
export async function openAuthority(
  { authority, kubernetes }: ApiConfig,
  cluster: Cluster | undefined,
): Promise<OwnAuthority> {
  const { folder } = authority;
  const commonName = 'Bulkhead';
  const name = kubernetes.authoritySecret;
  if (name === undefined || cluster === undefined) return AuthorityFolder.open({ folder, commonName });
  const place = authoritySecret(cluster.client, { name, namespace: cluster.namespace });
  return SharedAuthority.open(place, { commonName, seed: await AuthorityFolder.read(folder) });
}
