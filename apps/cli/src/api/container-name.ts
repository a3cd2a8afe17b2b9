import { workloadName } from './workload-name.ts';

interface Container {
  readonly namespace?: string | undefined;
  readonly workload: string;
  readonly container: string;
}

/** `shop/web main`; of what is its own container it is said once. */
export function containerName({ namespace, workload, container }: Container): string {
  const name = workloadName({ namespace, name: workload });
  return container === workload ? name : `${name} ${container}`;
}
