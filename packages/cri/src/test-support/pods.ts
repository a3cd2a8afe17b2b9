import { Channel, runtimeMethod } from '../channel.ts';
import { ListPodSandboxRequest, ListPodSandboxResponse } from '../messages.ts';
import { int, many, message, one, string, stringMap, strings } from '../wire.ts';
import { TEST_IMAGE } from './image.ts';

// The half of the CRI that changes things. Only tests do that: the product reads.

const SandboxMetadata = message({ name: string(1), uid: string(2), namespace: string(3), attempt: int(4) });
const LinuxSandbox = message({ cgroupParent: string(1) });
const SandboxConfig = message({
  metadata: one(1, SandboxMetadata),
  logDirectory: string(3),
  labels: stringMap(6),
  linux: one(8, LinuxSandbox),
});
const ContainerMetadata = message({ name: string(1), attempt: int(2) });
const ContainerConfig = message({
  metadata: one(1, ContainerMetadata),
  image: one(2, message({ image: string(1) })),
  command: strings(3),
  mounts: many(7, message({ containerPath: string(1), hostPath: string(2) })),
  labels: stringMap(9),
  linux: one(15, message({})),
});
const Nothing = message({});

const RUN_SANDBOX = runtimeMethod(
  'RunPodSandbox',
  message({ config: one(1, SandboxConfig) }),
  message({ podSandboxId: string(1) }),
);
const CREATE = runtimeMethod(
  'CreateContainer',
  message({ podSandboxId: string(1), config: one(2, ContainerConfig), sandboxConfig: one(3, SandboxConfig) }),
  message({ containerId: string(1) }),
);
const START = runtimeMethod('StartContainer', message({ containerId: string(1) }), Nothing);
const EXEC_SYNC = runtimeMethod(
  'ExecSync',
  message({ containerId: string(1), command: strings(2) }),
  message({ stdout: string(1), stderr: string(2), exitCode: int(3) }),
);
const STOP = runtimeMethod('StopContainer', message({ containerId: string(1), timeout: int(2) }), Nothing);
const STOP_SANDBOX = runtimeMethod('StopPodSandbox', message({ podSandboxId: string(1) }), Nothing);
const LIST_SANDBOXES = runtimeMethod('ListPodSandbox', ListPodSandboxRequest, ListPodSandboxResponse);
const REMOVE_SANDBOX = runtimeMethod('RemovePodSandbox', message({ podSandboxId: string(1) }), Nothing);

export interface PodSpec {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly containers: readonly {
    readonly name: string;
    readonly command?: readonly string[];
    /** Folders of the machine, by where the container has them. */
    readonly volumes?: Readonly<Record<string, string>>;
  }[];
}

/** What a command that ran in a container said. */
export interface Executed {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

function sandboxConfig({ name, namespace, labels }: PodSpec) {
  return {
    metadata: { name, uid: `${namespace}-${name}`, namespace, attempt: 0 },
    logDirectory: '',
    labels: new Map(Object.entries(labels)),
    linux: { cgroupParent: '' },
  };
}

/** Pulling a pod's network up on a loaded machine takes seconds. */
const DEADLINE_MS = 60_000;

export class PodMaker {
  readonly #channel: Channel;
  /** Of each pod that was started here: its containers in the order of its spec. */
  readonly #containers = new Map<string, readonly string[]>();

  constructor(socket: string) {
    this.#channel = new Channel(socket, DEADLINE_MS);
  }

  async start(pod: PodSpec): Promise<string> {
    const { podSandboxId } = await this.#channel.call(RUN_SANDBOX, { config: sandboxConfig(pod) });
    const started: string[] = [];
    for (const container of pod.containers) started.push(await this.startContainer(podSandboxId, pod, container));
    this.#containers.set(podSandboxId, started);
    return podSandboxId;
  }

  /** Runs a command in the first container of a pod that was started here. */
  async execute(podSandboxId: string, command: readonly string[]): Promise<Executed> {
    const containerId = this.#containers.get(podSandboxId)?.[0] ?? '';
    return this.#channel.call(EXEC_SYNC, { containerId, command: [...command] });
  }

  /** Starts a container in a pod; another attempt where there was one of the same name. Gives its id. */
  async startContainer(
    podSandboxId: string,
    pod: PodSpec,
    { name, command = [], volumes = {} }: PodSpec['containers'][number],
    attempt = 0,
  ): Promise<string> {
    const { containerId } = await this.#channel.call(CREATE, {
      podSandboxId,
      sandboxConfig: sandboxConfig(pod),
      config: {
        metadata: { name, attempt },
        image: { image: TEST_IMAGE },
        command: [...command],
        mounts: Object.entries(volumes).map(([containerPath, hostPath]) => ({ containerPath, hostPath })),
        labels: new Map(),
        linux: {},
      },
    });
    await this.#channel.call(START, { containerId });
    return containerId;
  }

  /** Ends a container at once. */
  async stopContainer(containerId: string): Promise<void> {
    await this.#channel.call(STOP, { containerId, timeout: 0 });
  }

  async remove(podSandboxId: string): Promise<void> {
    await this.#channel.call(STOP_SANDBOX, { podSandboxId });
    await this.#channel.call(REMOVE_SANDBOX, { podSandboxId });
  }

  /** Removes every pod of the runtime, whoever started it. */
  async removeAll(): Promise<void> {
    const { items } = await this.#channel.call(LIST_SANDBOXES, {});
    for (const { id } of items) await this.remove(id);
  }

  async close(): Promise<void> {
    await this.#channel.close();
  }
}
