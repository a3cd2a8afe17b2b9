import { bool, type Decoded, int, many, message, one, string, stringMap, strings } from './wire.ts';

// The part of the Kubernetes Container Runtime Interface, `runtime.v1`, that finding containers takes.

export const CONTAINER_RUNNING = 1;
export const SANDBOX_READY = 0;

export const VersionRequest = message({ version: string(1) });
export const VersionResponse = message({ runtimeName: string(2), runtimeVersion: string(3) });

const ContainerStateValue = message({ state: int(1) });
const ContainerFilter = message({ state: one(2, ContainerStateValue) });
const ContainerMetadata = message({ name: string(1), attempt: int(2) });

const containerFields = {
  id: string(1),
  podSandboxId: string(2),
  metadata: one(3, ContainerMetadata),
  state: int(6),
  labels: stringMap(8),
} as const;
export type Container = Decoded<typeof containerFields>;

export const ListContainersRequest = message({ filter: one(1, ContainerFilter) });
export const ListContainersResponse = message({ containers: many(1, message(containerFields)) });

const PodSandboxMetadata = message({ name: string(1), uid: string(2), namespace: string(3), attempt: int(4) });
const podSandboxFields = {
  id: string(1),
  metadata: one(2, PodSandboxMetadata),
  state: int(3),
  labels: stringMap(5),
} as const;
export type PodSandbox = Decoded<typeof podSandboxFields>;

export const ListPodSandboxRequest = message({});
export const ListPodSandboxResponse = message({ items: many(1, message(podSandboxFields)) });

/** `info` holds the runtime's own JSON when `verbose` was asked for: the process id and the OCI spec are in there. */
export const ContainerStatusRequest = message({ containerId: string(1), verbose: bool(2) });
export const ContainerStatusResponse = message({ info: stringMap(2) });
export const PodSandboxStatusRequest = message({ podSandboxId: string(1), verbose: bool(2) });
export const PodSandboxStatusResponse = message({ info: stringMap(2) });

export const GetEventsRequest = message({});
export const ContainerEventResponse = message({ containerId: string(1), type: int(2) });

// containerd's own events, on the same socket: before 1.7 it has none of the CRI's.

const subscribeFields = { filters: strings(1) } as const;
export const SubscribeRequest = message(subscribeFields);
export type SubscribeRequest = Decoded<typeof subscribeFields>;
/** That there is one is all that is asked. */
export const Envelope = message({ topic: string(3) });

/** Processes of containers that start or end, in the namespace that the CRI's containers are in. */
export const CONTAINERD_TASK_EVENTS = ['start', 'exit'].map((event) => `namespace=="k8s.io",topic=="/tasks/${event}"`);
