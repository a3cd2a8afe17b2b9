import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { countsFlows, hasTraces, inspectState, LOG_GROUP } from '@bulkhead/nftables';

/** Rules that lead to no queue do not say which one their agent answers. */
const ANY_QUEUE = [0, 65_535] as const;

/** Rules of ours in a namespace: `answered` where a process answers for them, or reads what they tell. */
export type Traces = 'none' | 'abandoned' | 'answered';

/** Looks for rules of ours in a namespace, and for whom they belong to. Changes nothing. */
export async function tracesIn(netns: string): Promise<Traces> {
  if (!(await hasTraces(netns)) && !(await countsFlows(netns))) return 'none';
  const state = await inspectState(netns);
  const [first, last] = ('queues' in state ? state.queues : undefined) ?? ANY_QUEUE;
  const isAnswered = (await bound(netns, 'nfnetlink_queue')).some((queue) => queue >= first && queue <= last);
  return isAnswered || (await bound(netns, 'nfnetlink_log')).includes(LOG_GROUP) ? 'answered' : 'abandoned';
}

/** The numbers of queues, or of log groups, that a process of the namespace is bound to: the first word of a line each. */
async function bound(netns: string, name: string): Promise<readonly number[]> {
  const words = [`--net=${netns}`, 'cat', `/proc/self/net/netfilter/${name}`];
  const { stdout } = await promisify(execFile)('nsenter', words);
  return stdout.split('\n').flatMap((line) => {
    const number = Number.parseInt(line, 10);
    return Number.isNaN(number) ? [] : [number];
  });
}
