import { statSync } from 'node:fs';
import { Channel, type Method, runtimeMethod } from './channel.ts';
import { CriError } from './error.ts';
import { joinLabels } from './labels.ts';
import * as m from './messages.ts';
import { type RuntimeInfo, readVerboseInfo } from './verbose-info.ts';
import type { ContainerWorkload } from './workload.ts';

const VERSION = runtimeMethod('Version', m.VersionRequest, m.VersionResponse);
const LIST_CONTAINERS = runtimeMethod('ListContainers', m.ListContainersRequest, m.ListContainersResponse);
const LIST_SANDBOXES = runtimeMethod('ListPodSandbox', m.ListPodSandboxRequest, m.ListPodSandboxResponse);
const CONTAINER_STATUS = runtimeMethod('ContainerStatus', m.ContainerStatusRequest, m.ContainerStatusResponse);
const SANDBOX_STATUS = runtimeMethod('PodSandboxStatus', m.PodSandboxStatusRequest, m.PodSandboxStatusResponse);
const EVENTS = runtimeMethod('GetContainerEvents', m.GetEventsRequest, m.ContainerEventResponse);
const CONTAINERD_EVENTS: Method<m.SubscribeRequest, unknown> = {
  path: '/containerd.services.events.v1.Events/Subscribe',
  request: m.SubscribeRequest,
  response: m.Envelope,
};

export interface CriClientOptions {
  /** The runtime's socket, such as `/run/containerd/containerd.sock`. */
  readonly socket: string;
  readonly deadlineMs?: number;
}

/** Longer than a busy containerd takes for a list; short enough that a dead one is noticed. */
const DEFAULT_DEADLINE_MS = 5_000;

/** Reads the containers of this node from a CRI runtime. Never changes anything there. */
export class CriClient {
  readonly #channel: Channel;
  /** A container's process and namespace do not change while it runs, so that one look each is enough. */
  readonly #located = new Map<string, Located>();

  constructor(options: CriClientOptions) {
    this.#channel = new Channel(options.socket, options.deadlineMs ?? DEFAULT_DEADLINE_MS);
  }

  async version(): Promise<{ readonly name: string; readonly version: string }> {
    const { runtimeName, runtimeVersion } = await this.#channel.call(VERSION, { version: 'v1' });
    return { name: runtimeName, version: runtimeVersion };
  }

  /**
   * The running containers whose pod is ready, and the ready pods of which none runs, ordered by id. What ends while it is looked
   * at is left out.
   */
  async listWorkloads(): Promise<readonly ContainerWorkload[]> {
    const [{ items }, { containers }] = await Promise.all([
      this.#channel.call(LIST_SANDBOXES, {}),
      this.#channel.call(LIST_CONTAINERS, { filter: { state: { state: m.CONTAINER_RUNNING } } }),
    ]);
    const pods = new Map(items.filter((pod) => pod.state === m.SANDBOX_READY).map((pod) => [pod.id, pod]));
    const running = new Set(containers.map((container) => container.id));
    for (const id of this.#located.keys()) if (!running.has(id) && !pods.has(id)) this.#located.delete(id);

    const workloads: ContainerWorkload[] = [];
    for (const container of containers) {
      const pod = pods.get(container.podSandboxId);
      if (pod === undefined) continue;
      const located = await this.#once(container.id, () => this.#locate(container));
      if (located !== undefined) workloads.push(ofContainer(container, pod, located));
    }
    const withContainer = new Set(containers.map(({ podSandboxId }) => podSandboxId));
    for (const pod of pods.values()) {
      if (withContainer.has(pod.id)) continue;
      const located = await this.#once(pod.id, () => this.#locateSandbox(pod.id));
      if (located !== undefined) workloads.push(ofPod(pod, located));
    }
    return workloads.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  /**
   * Calls `onEvent` whenever a container starts or ends, until the signal aborts. Resolves at the end of the stream, and rejects
   * with RUNTIME_UNSUPPORTED where the runtime tells neither the CRI's events nor, as containerd before 1.7, its own.
   */
  async events(onEvent: () => void, signal: AbortSignal): Promise<void> {
    try {
      await this.#channel.stream(EVENTS, {}, onEvent, signal);
    } catch (error) {
      if (!(error instanceof CriError && error.code === 'RUNTIME_UNSUPPORTED')) throw error;
      await this.#channel.stream(CONTAINERD_EVENTS, { filters: m.CONTAINERD_TASK_EVENTS }, onEvent, signal);
    }
  }

  async close(): Promise<void> {
    await this.#channel.close();
  }

  async #once(id: string, locate: () => Promise<Located | undefined>): Promise<Located | undefined> {
    const located = this.#located.get(id) ?? (await locate());
    if (located !== undefined) this.#located.set(id, located);
    return located;
  }

  async #locateSandbox(podSandboxId: string): Promise<Located | undefined> {
    const status = await this.#channel.call(SANDBOX_STATUS, { podSandboxId, verbose: true }).catch(() => undefined);
    return status === undefined ? undefined : placeOf(readVerboseInfo(status.info), readVerboseInfo(status.info));
  }

  async #locate(container: m.Container): Promise<Located | undefined> {
    const [status, sandbox] = await Promise.allSettled([
      this.#channel.call(CONTAINER_STATUS, { containerId: container.id, verbose: true }),
      this.#channel.call(SANDBOX_STATUS, { podSandboxId: container.podSandboxId, verbose: true }),
    ]);
    if (status.status === 'rejected' || sandbox.status === 'rejected') return undefined;
    return placeOf(readVerboseInfo(status.value.info), readVerboseInfo(sandbox.value.info));
  }
}

/** Where a process lives whose network is its pod's; undefined for one that has ended. */
function placeOf({ pid }: RuntimeInfo, { network }: RuntimeInfo): Located | undefined {
  if (pid === undefined) return undefined;
  // The path that the network plug-in made outlives a restart of the container, its process does not.
  const netns = network.kind === 'path' ? network.path : `/proc/${pid}/ns/net`;
  return { pid, netns, hostNetwork: network.kind === 'host' || isNodeNetwork(netns) };
}

interface Located {
  readonly pid: number;
  readonly netns: string;
  readonly hostNetwork: boolean;
}

function isNodeNetwork(netns: string): boolean {
  try {
    return statSync(netns).ino === statSync('/proc/1/ns/net').ino;
  } catch {
    return false;
  }
}

function ofContainer(container: m.Container, pod: m.PodSandbox, where: Located): ContainerWorkload {
  const labels = joinLabels(pod.labels, container.labels);
  return { kind: 'container', id: container.id, name: container.metadata.name, ...ofEither(pod, where), labels };
}

function ofPod(pod: m.PodSandbox, where: Located): ContainerWorkload {
  return {
    kind: 'pod',
    id: pod.id,
    name: pod.metadata.name,
    ...ofEither(pod, where),
    labels: joinLabels(pod.labels, new Map()),
  };
}

function ofEither(pod: m.PodSandbox, where: Located): Omit<ContainerWorkload, 'kind' | 'id' | 'name' | 'labels'> {
  return { namespace: pod.metadata.namespace, pod: pod.metadata.name, podId: pod.id, ...where };
}
