import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '@bulkhead/core';
import type { Logger, Shutdown } from '@bulkhead/runtime';
import type { NodeScanStore } from '@bulkhead/store';
import type { AgentCommands } from '../agent/agent-commands.ts';
import { NodeFileDownloads } from '../node-file/download.ts';
import type { Presence } from '../replica/presence.ts';
import { SbomFetcher } from './fetch-sboms.ts';

/** People wait for it. */
const LOOK_MS = 1_000;
/** An agent gives up after ten minutes; what it tells may wait for the api for some more. */
const SILENT_MS = 30 * 60_000;

export interface ScanWork {
  readonly nodeScans: NodeScanStore;
  readonly agents: AgentCommands;
  readonly presence: Pick<Presence, 'isFirst'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Brings what agents found into the store, until the process ends. Of several apis one is enough. */
export function followScans({ nodeScans, agents, presence, clock, logger }: ScanWork, shutdown: Shutdown): void {
  const { signal } = shutdown;
  const fetcher = new SbomFetcher({
    nodeScans,
    downloads: new NodeFileDownloads(agents),
    clock,
    onProblem: (problem) => {
      // What is under way when the process ends is asked for by the next.
      if (!signal.aborted) logger.warn({ problem }, 'what an agent found did not come; it is asked for again');
    },
  });
  const following = (async () => {
    while (!signal.aborted) {
      const looked = presence.isFirst ? fetcher.look() : Promise.resolve();
      await looked.catch((error: unknown) => logger.error({ err: error }, 'scans cannot be followed now'));
      await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
  })();
  shutdown.onClose('scans', () => following);
}

/** Has those scans fail whose agent has been silent for too long. */
export function expireScans(nodeScans: Pick<NodeScanStore, 'expire'>, clock: Clock): Promise<void> {
  const now = clock.now();
  return nodeScans.expire(new Date(now - SILENT_MS).toISOString(), new Date(now).toISOString());
}
