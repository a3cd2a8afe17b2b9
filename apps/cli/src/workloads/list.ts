import { z } from 'zod';
import { listLines } from '../api/list-lines.ts';
import type { ApiPlace } from '../api/request-api.ts';
import { workloadName } from '../api/workload-name.ts';
import type { Io } from '../io.ts';

const ListedWorkload = z.object({
  id: z.string(),
  name: z.string(),
  namespace: z.string().optional(),
  node: z.string(),
  owners: z.array(z.object({ kind: z.string(), name: z.string() })),
  groups: z.array(z.object({ name: z.string(), mode: z.string() })),
  enforced: z.boolean().optional(),
  problem: z.string().optional(),
  quarantine: z.object({ state: z.string() }).optional(),
});

/** Lists what runs, one a line: whose it is, what it is held to, and whether it is. */
export function list(place: ApiPlace, io: Io): Promise<number> {
  return listLines(
    place,
    {
      path: '/api/v1/workloads',
      failure: 'cannot list the workloads',
      item: ListedWorkload,
      line: ({ id, name, namespace, node, owners, groups, enforced, problem, quarantine }) => {
        const pod = owners.find(({ kind }) => kind === 'Pod')?.name;
        return [
          `${id}  ${workloadName({ namespace, pod, name })}  on ${node}`,
          ...(groups.length === 0 ? [] : [groups.map((group) => `${group.name} (${group.mode})`).join(', ')]),
          ...(enforced === false ? [`not held to its groups${problem === undefined ? '' : `: ${problem}`}`] : []),
          ...(quarantine === undefined ? [] : ['cut off']),
        ].join('  ');
      },
    },
    io,
  );
}
