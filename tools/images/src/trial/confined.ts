import { open, readFile } from 'node:fs/promises';
import type { Checks } from '@bulkhead/lab';
import type { Container, Containers } from './containers.ts';

/** What the header of an ELF file calls each processor. */
const MACHINES: Readonly<Record<number, string>> = { 0x3e: 'amd64', 0xb7: 'arm64' };
const MACHINE_AT = 18;

/** How a container's process runs, as the kernel says. */
export interface Confinement {
  readonly user: number;
  readonly capabilities: string;
  readonly isRootReadOnly: boolean;
  readonly processor: string;
}

export async function confinementOf(containers: Containers, container: Container): Promise<Confinement> {
  const pid = await containers.pidOf(container);
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const mounts = await readFile(`/proc/${pid}/mountinfo`, 'utf8');
  const root = mounts.split('\n').find((line) => line.split(' ')[4] === '/');
  return {
    user: Number(/^Uid:\s+(\d+)/m.exec(status)?.[1]),
    capabilities: /^CapEff:\s+(\w+)/m.exec(status)?.[1] ?? '',
    isRootReadOnly: root?.split(' ')[5]?.split(',').includes('ro') ?? false,
    processor: await processorOf(`/proc/${pid}/root/usr/local/bin/node`),
  };
}

/** What has to hold for a component that is nobody in particular. */
export function confinementChecks(seen: Confinement, platform: string): Checks {
  return {
    [`it runs as user ${seen.user}`]: seen.user === 65_532,
    [`it has capabilities: ${seen.capabilities}`]: /^0+$/.test(seen.capabilities),
    ...imageChecks(seen, platform),
  };
}

/** What has to hold for every component. */
export function imageChecks(seen: Confinement, platform: string): Checks {
  return {
    'its root can be written to': seen.isRootReadOnly,
    [`its Node is one for ${seen.processor}`]: `linux/${seen.processor}` === platform,
  };
}

/** The processor that a program is for. */
async function processorOf(program: string): Promise<string> {
  const file = await open(program);
  try {
    const { buffer } = await file.read(Buffer.alloc(MACHINE_AT + 2), 0, MACHINE_AT + 2, 0);
    const machine = buffer.readUInt16LE(MACHINE_AT);
    return MACHINES[machine] ?? `machine ${machine}`;
  } finally {
    await file.close();
  }
}
