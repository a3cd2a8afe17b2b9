import { addAbortSignal, type Readable } from 'node:stream';
import { type Clock, errorLine, printable } from '@bulkhead/core';
import type { NodeScanFailureCode, NodeScanStore } from '@bulkhead/store';
import type { DownloadOutcome, NodeFileDownloads } from '../node-file/download.ts';

/** As much as an agent writes of one scan. */
export const MAX_SBOM_BYTES = 64 * 2 ** 20;
/** Each is whole in memory once. */
const MAX_AT_ONCE = 2;
/** The largest in this time is slower than any line between a node and its control plane. */
const MAX_MS = 5 * 60_000;
/** Of those that wait, the first of each agent first: Kubernetes is made for no more nodes. */
const MAX_WAITING = 5_000;
/** Of what an agent says about it. */
const MAX_MESSAGE = 500;

export interface SbomPorts {
  readonly nodeScans: Pick<NodeScanStore, 'fetching' | 'keepSbom' | 'fail'>;
  readonly downloads: Pick<NodeFileDownloads, 'begin'>;
  readonly clock: Clock;
  /** Hears of what does not come now, and is asked for again. */
  readonly onProblem: (problem: string) => void;
}

type Waiting = Awaited<ReturnType<NodeScanStore['fetching']>>[number];

/**
 * Brings what agents found from their nodes into the store: of each agent one at a time, so that one which is slow, or never
 * comes to its end, holds up none of the others.
 */
export class SbomFetcher {
  readonly #ports: SbomPorts;
  readonly #running = new Map<string, Promise<void>>();
  /** How often those that still wait were tried. */
  #tries = new Map<string, number>();

  constructor(ports: SbomPorts) {
    this.#ports = ports;
  }

  /** Begins with those that wait, the least tried first, as many as may be. */
  async look(): Promise<void> {
    const waiting = await this.#ports.nodeScans.fetching(MAX_WAITING);
    this.#tries = new Map(waiting.map(({ scan }) => [scan, this.#tries.get(scan) ?? 0]));
    const triesOf = ({ scan }: Waiting): number => this.#tries.get(scan) ?? 0;
    for (const one of waiting.toSorted((a, b) => triesOf(a) - triesOf(b))) {
      if (this.#running.size >= MAX_AT_ONCE) return;
      if (this.#running.has(one.agent)) continue;
      this.#tries.set(one.scan, triesOf(one) + 1);
      const fetched = this.#fetch(one)
        .catch((error: unknown) => this.#ports.onProblem(errorLine(error)))
        .finally(() => this.#running.delete(one.agent));
      this.#running.set(one.agent, fetched);
    }
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  async #fetch({ scan, agent, file: name }: Waiting): Promise<void> {
    const { nodeScans, downloads, clock } = this.#ports;
    const now = (): string => new Date(clock.now()).toISOString();
    const fail = (code: NodeScanFailureCode, message: string): Promise<void> =>
      nodeScans.fail(scan, { code, message }, now());
    const outcome = await downloads.begin({ agent, name }, 0);
    if (outcome.kind !== 'begun') {
      const why = whyGone(outcome);
      return why === undefined ? undefined : fail('SBOM_GONE', why);
    }
    const { stream, size } = outcome.download;
    if (size > MAX_SBOM_BYTES) {
      stream.destroy();
      return fail('SBOM_TOO_LARGE', `its SBOM has ${size} bytes, and at most ${MAX_SBOM_BYTES} are taken`);
    }
    const sbom = await whole(addAbortSignal(AbortSignal.timeout(MAX_MS), stream), size);
    await nodeScans.keepSbom(scan, sbom, now());
  }
}

/** Nothing where another time may do. */
function whyGone(outcome: Exclude<DownloadOutcome, { kind: 'begun' }>): string | undefined {
  const { kind } = outcome;
  if (kind === 'busy' || kind === 'away') return undefined;
  if (kind === 'beyond') return 'its SBOM is empty';
  if (kind === 'gone') return `its node does not give its SBOM: ${printable(outcome.message, MAX_MESSAGE)}`;
  return 'the agent of its node is too old to give its SBOM; update it';
}

/**
 * Of as many bytes as were promised: a download gives no more. They are copied, since each part keeps the message that it came in:
 * an agent that gives one byte at a time would have the api hold some hundred KiB for each.
 */
async function whole(stream: Readable, size: number): Promise<Buffer> {
  const sbom = Buffer.alloc(size);
  let at = 0;
  for await (const part of stream) {
    sbom.set(part as Uint8Array, at);
    at += (part as Uint8Array).length;
  }
  return sbom.subarray(0, at);
}
