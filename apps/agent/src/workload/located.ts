import { statSync } from 'node:fs';
import type { Workload } from '@bulkhead/core';
import { namespaceAddresses } from '@bulkhead/inspector';

/** A workload whose network namespace was found: workloads with the same key share it, whatever path leads there. */
export interface LocatedWorkload extends Workload {
  readonly netnsKey: string;
  /** Of the namespace's interfaces: how its peers know it. */
  readonly addresses: readonly string[];
  /** No container of the pod runs: this is the pod, whose network is held to the policy before there is anybody to use it. */
  readonly isPod?: true;
}

/** Locates a workload, or gives nothing when its namespace is gone or is the node's own. */
export function locate(workload: Workload): LocatedWorkload | undefined {
  const netnsKey = namespaceKey(workload.netns.path);
  if (netnsKey === undefined || netnsKey === nodeNamespaceKey()) return undefined;
  return { ...workload, netnsKey, addresses: namespaceAddresses(workload.netns.path) };
}

/** The key of the node's own network namespace. */
export function nodeNamespaceKey(): string | undefined {
  return namespaceKey('/proc/1/ns/net');
}

/** Tells a namespace from all others, whatever path leads there; undefined where there is none. */
export function namespaceKey(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
