import type { Firewall } from '../firewall/firewall.ts';

/** Where packets are looked at: on their way into, out of or through the namespace. */
export type Hook = 'input' | 'output' | 'forward';

export const HOOKS: readonly Hook[] = ['input', 'output', 'forward'];

/** Which of the kernel's two ways leads packets to the queue. */
export type QueueVia = 'nft' | 'xtables';

/** What happens to packets that must be inspected while nobody answers for the queue. */
export type OnFailure = 'open' | 'closed';

export interface EnforcementOptions {
  /** Empty where nothing is inspected: then a firewall is all there is. */
  readonly hooks: readonly Hook[];
  readonly queueNumber: number;
  /** How many consecutive queues share the connections. Each connection keeps to one. Default 1. */
  readonly queueCount?: number;
  readonly onFailure: OnFailure;
  /** Stops all traffic of the namespace but loopback and neighbour discovery, on every hook. */
  readonly quarantine?: boolean;
  /** Who may talk to whom, judged before anything is inspected. */
  readonly firewall?: Firewall | undefined;
}

export interface SteeringOptions extends EnforcementOptions {
  readonly queueVia: QueueVia;
}

const MAX_QUEUE_NUMBER = 65_535;

/** The first and last queue number. Throws a RangeError when the options ask for queues or hooks that cannot be. */
export function queueRange(options: EnforcementOptions): readonly [first: number, last: number] {
  const first = options.queueNumber;
  const last = first + (options.queueCount ?? 1) - 1;
  const whole = Number.isInteger(first) && Number.isInteger(last);
  if (!whole || first < 0 || last < first || last > MAX_QUEUE_NUMBER) {
    throw new RangeError(`queues ${first} to ${last} are not within 0 to ${MAX_QUEUE_NUMBER}`);
  }
  return [first, last];
}

/** The hooks that get chains, in a fixed order. */
export function guardedHooks(options: EnforcementOptions): readonly Hook[] {
  if (options.quarantine === true) return HOOKS;
  const hooks = HOOKS.filter((hook) => options.hooks.includes(hook));
  if (hooks.length === 0 && options.firewall === undefined) throw new RangeError('no hook to enforce at');
  return hooks;
}
