import { runIn } from '@bulkhead/lab';
import type { InlineLab, Path } from './inline-lab.ts';

/** One thing that is measured on both paths. */
export interface RateCase {
  readonly name: string;
  readonly unit: string;
  /** The least share of the plain path's figure that the inspected path must reach. */
  readonly bar: number;
  readonly measure: (path: Path, seconds: number) => Promise<number>;
}

const CONNECTIONS = 32;

export const RATE_CASES: readonly RateCase[] = [
  { name: '100 KB JSON, keep-alive', unit: 'req/s', bar: 0.4, measure: (path, s) => wrk(path, 'http', '100k', s) },
  { name: '1 KB JSON, keep-alive', unit: 'req/s', bar: 0.7, measure: (path, s) => wrk(path, 'http', '1k', s) },
  {
    name: '1 KB JSON, a connection each',
    unit: 'req/s',
    bar: 0.75,
    measure: (path, s) => wrk(path, 'http', '1k', s, ['-H', 'Connection: close']),
  },
  { name: 'bulk in the clear, one stream', unit: 'Gbit/s', bar: 0.6, measure: iperf },
  {
    name: '100 KB over TLS, keep-alive',
    unit: 'req/s',
    bar: 0.88,
    measure: (path, s) => wrk(path, 'https', '100k', s),
  },
];

async function wrk(
  { client, server }: Path,
  scheme: 'http' | 'https',
  page: string,
  seconds: number,
  more: readonly string[] = [],
): Promise<number> {
  const port = scheme === 'http' ? 8080 : 8443;
  const url = `${scheme}://${server}:${port}/${page}.json`;
  const output = await runIn(client, 'wrk', ['-t', '1', '-c', String(CONNECTIONS), '-d', `${seconds}s`, ...more, url]);
  const failures = /Socket errors:.*|Non-2xx.*/.exec(output)?.[0];
  // A server that closes each connection is counted by wrk as read errors of none; anything else spoils the figure.
  if (failures !== undefined && !/connect 0, read 0, write 0, timeout 0/.test(failures)) throw new Error(failures);
  const rate = /Requests\/sec:\s+([\d.]+)/.exec(output)?.[1];
  if (rate === undefined) throw new Error(`wrk printed no rate: ${output}`);
  return Number(rate);
}

async function iperf({ client, server }: Path, seconds: number): Promise<number> {
  const parameters = ['-c', server, '-t', String(seconds), '-O', '0.5', '-J'];
  const output = JSON.parse(await runIn(client, 'iperf3', parameters)) as {
    readonly end: { readonly sum_received: { readonly bits_per_second: number } };
  };
  return output.end.sum_received.bits_per_second / 1e9;
}

const RATE_PER_SECOND = 500;

/** Times in microseconds of small requests on an open connection, in ascending order. */
export async function requestTimes(
  lab: InlineLab,
  { client, server }: Path,
  seconds: number,
): Promise<readonly number[]> {
  const count = String(RATE_PER_SECOND * seconds);
  const output = await runIn(client, lab.requestLoop, [server, '8080', '/1k.json', String(RATE_PER_SECOND), count]);
  return output
    .trim()
    .split('\n')
    .map(Number)
    .toSorted((a, b) => a - b);
}
