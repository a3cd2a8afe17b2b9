/** Where an API server is, and as whom it is asked. */
export interface KubeconfigOptions {
  readonly server: string;
  /** The certificate to trust, PEM. */
  readonly ca: string;
  readonly token: string;
  /** The namespace that is meant where none is named. */
  readonly namespace?: string;
}

/** A kubeconfig with one context, `test`; as JSON, which is YAML, it is a file. */
export function kubeconfigOf({ server, ca, token, namespace }: KubeconfigOptions): object {
  const cluster = { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') };
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'cluster', cluster }],
    users: [{ name: 'user', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'cluster', user: 'user', ...(namespace && { namespace }) } }],
    'current-context': 'test',
  };
}
