import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Containerd, startContainerd } from '@bulkhead/cri/test-support';
import { LineProcess, run } from '@bulkhead/lab';
import { type Component, entrypointOf } from '../component.ts';

const NAMESPACE = 'bulkhead-trial';
/** Unpacks a layer once for all containers of it. */
const SNAPSHOTTER = 'overlayfs';
/** What containerd leaves a container that says nothing; a restricted pod has none of it. */
const CAPABILITIES =
  'CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE'.split(
    ' ',
  );

/** How long a component may take to start: emulated, its code is compiled by code that is itself emulated. */
export const START = { withinMs: 120_000 };

export interface ContainerRequest {
  readonly component: Component;
  /** What its entry point gets. */
  readonly parameters?: readonly string[];
  /** What is run instead of its entry point. */
  readonly command?: readonly string[];
  /** Folders of this machine, by where the container has them. All else is the image, read-only. */
  readonly folders: Readonly<Record<string, string>>;
  /** As the agent's container is: with all capabilities. */
  readonly isPrivileged?: boolean;
}

/** A container that runs, by its own process. */
export interface Container {
  readonly id: string;
  readonly process: LineProcess;
}

/** Containers of images for one platform, with the network of this process. Close it in a `finally`. */
export class Containers {
  readonly platform: string;
  readonly #containerd: Containerd;
  readonly #folder: string;
  readonly #running: Container[] = [];
  #count = 0;

  private constructor(platform: string, containerd: Containerd, folder: string) {
    this.platform = platform;
    this.#containerd = containerd;
    this.#folder = folder;
  }

  static async open(platform: string): Promise<Containers> {
    const folder = await mkdtemp(join(tmpdir(), 'bulkhead-trial-'));
    return new Containers(platform, await startContainerd({ snapshotter: SNAPSHOTTER }), folder);
  }

  /** Takes a component's image, for whatever platforms, of an OCI archive. */
  async take(component: Component, archive: string): Promise<void> {
    const how = ['--all-platforms', '--no-unpack', '--snapshotter', SNAPSHOTTER, '--index-name', nameOf(component)];
    await this.#ctr('images', 'import', ...how, archive);
  }

  /** A folder that a container may be given, and that any user may write to. */
  async folder(name: string): Promise<string> {
    const path = join(this.#folder, `${this.#nextCount()}-${name}`);
    await mkdir(path);
    await run('chmod', ['1777', path]);
    return path;
  }

  /** Starts a container as a restricted pod's is, or a privileged one. */
  async start(request: ContainerRequest): Promise<Container> {
    const id = `${request.component}-${process.pid}-${this.#nextCount()}`;
    const words = [...this.#place(), ...(await this.#runWords(id, request))];
    const container = { id, process: new LineProcess(id, undefined, 'ctr', words) };
    this.#running.push(container);
    return container;
  }

  /** Runs a container to its end, and gives what it printed. */
  async run(request: ContainerRequest): Promise<string> {
    const id = `${request.component}-${process.pid}-${this.#nextCount()}`;
    return this.#ctr(...(await this.#runWords(id, request)));
  }

  async #runWords(
    id: string,
    { component, parameters = [], command = entrypointOf(component), folders, isPrivileged = false }: ContainerRequest,
  ): Promise<readonly string[]> {
    const tmp = await this.folder('tmp');
    const mounts = Object.entries({ '/tmp': tmp, ...folders }).flatMap(([inside, outside]) => [
      '--mount',
      `type=bind,src=${outside},dst=${inside},options=rbind:rslave`,
    ]);
    const rights = isPrivileged ? ['--privileged'] : CAPABILITIES.flatMap((name) => ['--cap-drop', `CAP_${name}`]);
    const image = ['--platform', this.platform, '--snapshotter', SNAPSHOTTER, '--read-only'];
    const network = ['--with-ns', `network:/proc/${process.pid}/ns/net`];
    return [
      'run',
      '--rm',
      ...image,
      ...network,
      ...rights,
      ...mounts,
      nameOf(component),
      id,
      // Words given to ctr replace what the image says.
      ...command,
      ...parameters,
    ];
  }

  /** The machine's number of a container's first process. */
  async pidOf({ id }: Container): Promise<number> {
    const tasks = await this.#ctr('tasks', 'list');
    const pid = new RegExp(`^${id}\\s+(\\d+)\\s+RUNNING`, 'm').exec(tasks)?.[1];
    if (pid === undefined) throw new Error(`${id} does not run`);
    return Number(pid);
  }

  async close(): Promise<void> {
    for (const { process } of this.#running) await process.stop();
    await this.#containerd.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #nextCount(): number {
    this.#count += 1;
    return this.#count;
  }

  #place(): readonly string[] {
    return ['--address', this.#containerd.socket, '--namespace', NAMESPACE];
  }

  #ctr(...words: readonly string[]): Promise<string> {
    return run('ctr', [...this.#place(), ...words]);
  }
}

function nameOf(component: Component): string {
  return `localhost/bulkhead-trial/${component}:1`;
}
