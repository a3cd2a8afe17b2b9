import type { Conclusion } from '@bulkhead/lab';
import type { Component } from '../component.ts';
import { tryAgent } from './agent.ts';
import { tryApi } from './api.ts';
import { tryCli } from './cli.ts';
import type { Containers } from './containers.ts';
import { tryEmulatedAgent } from './emulated-agent.ts';
import { OWN_PLATFORM } from './platform.ts';
import { tryWebhook } from './webhook.ts';
import { tryWorker } from './worker.ts';

export interface Trial {
  /** What has to happen. */
  readonly expected: string;
  readonly act: (containers: Containers) => Promise<Conclusion>;
}

const TRIALS: Readonly<Record<Component, Trial>> = {
  api: { expected: 'somebody signs in and is answered', act: tryApi },
  webhook: { expected: 'denies what the policy forbids', act: tryWebhook },
  worker: { expected: 'starts, with advisories of a feed', act: tryWorker },
  cli: { expected: 'finds a card and a vulnerable package', act: tryCli },
  agent: { expected: 'a card is stopped on its way', act: tryAgent },
};
const EMULATED_AGENT: Trial = { expected: 'modules load, programs start', act: tryEmulatedAgent };

/** What a component is tried with: enough that all it is made of runs. */
export function trialOf(component: Component, platform: string): Trial {
  return component === 'agent' && platform !== OWN_PLATFORM ? EMULATED_AGENT : TRIALS[component];
}
