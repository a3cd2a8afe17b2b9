import type { Target } from '../target.ts';

/** The namespace of what images come from. */
export const SUPPLY = 'supply';
/** Where the registry is, for who is in the cluster; it speaks plain HTTP. */
export const SUPPLY_REGISTRY = `registry.${SUPPLY}.svc.cluster.local:5000`;
/** Where the advisories are. */
export const FEED = `http://feed.${SUPPLY}.svc.cluster.local`;
/** The pod that serves them, which has Node. */
export const FEED_POD = { namespace: SUPPLY, name: 'feed' };

const REGISTRY_CONFIG = {
  version: 0.1,
  storage: { filesystem: { rootdirectory: '/data' } },
  http: { addr: ':5000' },
};

/** Files by their path, from the folder of a ConfigMap whose keys have no slashes. */
const SERVE = `
const { createServer } = require('node:http'), { createReadStream, existsSync } = require('node:fs');
createServer((request, response) => {
  const file = '/feed/' + decodeURIComponent(request.url).slice(1).replaceAll('/', '__');
  if (file.includes('..') || !existsSync(file)) response.writeHead(404).end();
  else createReadStream(file).pipe(response);
}).listen(8080);
`;

/** A registry and a feed of advisories in the cluster, as manifests. */
export function supplyManifests(target: Target, feed: Readonly<Record<string, string>>): readonly object[] {
  const binaryData = Object.fromEntries(
    Object.entries(feed).map(([path, content]) => [path.replaceAll('/', '__'), content]),
  );
  return [
    { ...object('v1', 'ConfigMap', 'registry'), data: { 'config.yml': JSON.stringify(REGISTRY_CONFIG) } },
    { ...object('v1', 'ConfigMap', 'feed'), binaryData },
    pod('registry', target.registryImage, ['registry', 'serve', '/config/config.yml'], 5000, [
      { name: 'config', mountPath: '/config', volume: { configMap: { name: 'registry' } } },
      { name: 'data', mountPath: '/data', volume: { emptyDir: {} } },
    ]),
    pod('feed', `${target.registry}/bulkhead-webhook:${target.tag}`, ['/usr/local/bin/node', '-e', SERVE], 8080, [
      { name: 'feed', mountPath: '/feed', volume: { configMap: { name: 'feed' } } },
    ]),
    service('registry', 5000, 5000),
    service('feed', 80, 8080),
  ];
}

interface Mount {
  readonly name: string;
  readonly mountPath: string;
  readonly volume: object;
}

function pod(name: string, image: string, command: readonly string[], port: number, mounts: readonly Mount[]): object {
  return {
    ...object('v1', 'Pod', name),
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { runAsNonRoot: true, runAsUser: 65532, fsGroup: 65532 },
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name,
          image,
          command,
          readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
          volumeMounts: mounts.map(({ name: volume, mountPath }) => ({ name: volume, mountPath })),
        },
      ],
      volumes: mounts.map(({ name: volume, volume: source }) => ({ name: volume, ...source })),
    },
  };
}

function service(name: string, port: number, targetPort: number): object {
  return { ...object('v1', 'Service', name), spec: { selector: { app: name }, ports: [{ port, targetPort }] } };
}

function object(apiVersion: string, kind: string, name: string): object {
  return { apiVersion, kind, metadata: { name, namespace: SUPPLY, labels: { app: name } } };
}
