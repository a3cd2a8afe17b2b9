import type { Target } from './target.ts';

/** A cluster that is there already, with the images in a registry that it can pull from. */
export function openKubeconfigTarget(kubeconfig: string): Target {
  const registry = process.env['BULKHEAD_E2E_REGISTRY'] ?? '';
  return {
    prefix: [],
    kubeconfig,
    kubectl: process.env['KUBECTL'] ?? 'kubectl',
    registry,
    tag: process.env['BULKHEAD_E2E_TAG'] ?? 'e2e',
    agentValues: {},
    postgresValues: {},
    redisValues: {},
    registryImage: 'registry:2',
    close: () => Promise.resolve(),
  };
}
