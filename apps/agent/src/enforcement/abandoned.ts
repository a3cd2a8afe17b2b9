import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { inspectState, LOG_GROUP } from '@bulkhead/nftables';

/** Rules that lead to no queue do not say which one their agent answers. */
const ANY_QUEUE = [0, 65_535] as const;

/** Whether a namespace has rules of ours for which no process answers, nor reads what they tell. */
export async function isAbandoned(netns: string): Promise<boolean> {
  const state = await inspectState(netns);
  if (state.status === 'absent') return false;
  const queues = ('queues' in state ? state.queues : undefined) ?? ANY_QUEUE;
  const isOurs = (queue: number): boolean => queue >= queues[0] && queue <= queues[1];
  return (
    !(await bound(netns, 'nfnetlink_queue')).some(isOurs) && !(await bound(netns, 'nfnetlink_log')).includes(LOG_GROUP)
  );
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
