import { object, pod, service } from '../manifests.ts';
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
    { ...object('v1', 'ConfigMap', SUPPLY, 'registry'), data: { 'config.yml': JSON.stringify(REGISTRY_CONFIG) } },
    { ...object('v1', 'ConfigMap', SUPPLY, 'feed'), binaryData },
    pod(SUPPLY, 'registry', {
      image: target.registryImage,
      command: ['registry', 'serve', '/config/config.yml'],
      port: 5000,
      mounts: [
        { name: 'config', mountPath: '/config', volume: { configMap: { name: 'registry' } } },
        { name: 'data', mountPath: '/data', volume: { emptyDir: {} } },
      ],
    }),
    pod(SUPPLY, 'feed', {
      image: `${target.registry}/bulkhead-webhook:${target.tag}`,
      command: ['/usr/local/bin/node', '-e', SERVE],
      port: 8080,
      mounts: [{ name: 'feed', mountPath: '/feed', volume: { configMap: { name: 'feed' } } }],
    }),
    service(SUPPLY, 'registry', [{ name: 'http', port: 5000, targetPort: 5000 }]),
    service(SUPPLY, 'feed', [{ name: 'http', port: 80, targetPort: 8080 }]),
  ];
}
