import { resolve } from 'node:path';
import manifest from '../package.json' with { type: 'json' };
import type { AgentConfig } from './config.ts';
import type { ControlPlane } from './control-plane/control-plane.ts';
import { notice } from './notice.ts';
import type { Outlets } from './outlets.ts';
import { PolicyWatch } from './policy/policy-watch.ts';

/** Where the agent's policy comes from: files, or a control plane. */
export type Source = PolicyWatch | ControlPlane;

/** Paths of the configuration are relative to `folder`, that of its file. A control plane gets every event from now on. */
export async function openSource(
  { policy = [], controlPlane }: AgentConfig,
  folder: string,
  { metrics, log, tee }: Outlets,
): Promise<Source> {
  if (controlPlane === undefined) return new PolicyWatch(policy.map((path) => resolve(folder, path)));
  // Loaded here: an agent without a control plane does not pay for what it takes to speak to one.
  const { ControlPlane: Plane } = await import('./control-plane/control-plane.ts');
  const plane = new Plane({
    config: controlPlane,
    folder,
    version: manifest.version,
    onLost: (count) => metrics.countEventsLost(count),
    onState: (state, why) => {
      log.emit({ event: 'control-plane', state, ...(why !== '' && { problem: why }) });
    },
    onProblem: notice,
  });
  tee((event) => plane.take(event));
  return plane;
}
