import { setTimeout as sleep } from 'node:timers/promises';
import { createNetwork, run } from '@bulkhead/lab';
import {
  changeFirewall,
  type Firewall,
  type FirewallRule,
  LOG_GROUP,
  type LogReader,
  openLog,
  protect,
} from '@bulkhead/nftables';
import { type Measure, median } from '../measure.ts';

const NAMESPACES = 100;
/** In all: what the policy changes by. */
const RULES = 1_000;
const ROUNDS = 3;

const NOT_INSPECTED = { hooks: [], queueNumber: 0, onFailure: 'open' } as const;

/** What it takes to change the rules of many namespaces, each in one step. Needs root. */
export async function benchFirewall(say: (text: string) => void): Promise<readonly Measure[]> {
  say(`firewall: ${NAMESPACES} namespaces\n`);
  const names = Array.from({ length: NAMESPACES }, (_, index) => `n${index}`);
  const network = await createNetwork('bhb', 'bridged', names);
  const logs: LogReader[] = [];
  try {
    const paths = names.map((name) => network.host(name).path);
    // An agent of this machine takes away rules of which nobody reads what they tell.
    for (const path of paths) {
      logs.push(openLog(path, { group: LOG_GROUP, maxPacketBytes: 128, onPackets: () => undefined }));
    }
    const few = await changeAll(paths, RULES / NAMESPACES);
    say(`firewall: ${RULES} rules in each\n`);
    const many = await changeAll(paths.slice(0, 10), RULES);
    return [
      {
        name: `firewall: ${RULES} rules changed over ${NAMESPACES} namespaces`,
        value: few.changeMs,
        unit: 'ms',
        bar: 1_000,
        atMost: true,
        detail: {
          'rules in each': RULES / NAMESPACES,
          'first time, ms': few.firstMs,
          'addresses alone, ms': few.addressesMs,
        },
      },
      {
        name: `firewall: ${RULES} rules changed in one namespace`,
        value: many.changeMs / 10,
        unit: 'ms',
        detail: { 'first time, ms': many.firstMs / 10, 'addresses alone, ms': many.addressesMs / 10 },
      },
    ];
  } finally {
    for (const log of logs) log.close();
    await network.remove();
  }
}

interface Times {
  readonly firstMs: number;
  readonly changeMs: number;
  readonly addressesMs: number;
}

async function changeAll(paths: readonly string[], rules: number): Promise<Times> {
  let now = firewall(rules, 0, 0);
  const firstMs = await timed(async () => {
    for (const path of paths) await protect(path, { ...NOT_INSPECTED, firewall: now });
  });
  const changes: number[] = [];
  const addresses: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const [times, next] of [
      [changes, firewall(rules, round, round - 1)],
      [addresses, firewall(rules, round, round)],
    ] as const) {
      const before = now;
      times.push(
        await timed(async () => {
          for (const path of paths) await changeFirewall(path, before, next);
        }),
      );
      now = next;
      await sleep(200);
    }
  }
  await verify(paths[0] ?? '', rules, ROUNDS);
  return { firstMs, changeMs: median(changes), addressesMs: median(addresses) };
}

/** Every rule is another one in each round: other ports, another peer. */
function firewall(rules: number, round: number, members: number): Firewall {
  const list = (index: number) => {
    const address = `10.${round}.${index >> 8}.${index & 255}`;
    const member = `10.${100 + members}.${index >> 8}.${index & 255}`;
    return {
      name: `peers-${index}`,
      ipv4: [
        [address, address],
        [member, member],
      ] as const,
      ipv6: [],
    };
  };
  const ruleOf = (index: number): FirewallRule => ({
    id: `rule-${index}`,
    action: 'allow',
    log: false,
    peers: `peers-${index}`,
    ports: [{ protocol: 'tcp', ports: [1_024 + round * 2_000 + index, 1_024 + round * 2_000 + index] }],
  });
  const indices = Array.from({ length: rules }, (_, index) => index);
  return {
    lists: indices.map(list),
    ingress: { enforced: [indices.map(ruleOf)], tried: [], denyId: 'closed' },
    tellsDns: false,
  };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** What was measured is really there. */
async function verify(path: string, rules: number, round: number): Promise<void> {
  const listed = await run('nsenter', [`--net=${path}`, 'nft', 'list', 'chain', 'inet', 'bulkhead', 'rules-input-0']);
  const ports = listed.match(/dport \d+/g)?.length ?? 0;
  if (ports !== rules * 2 || !listed.includes(`dport ${1_024 + round * 2_000}`))
    throw new Error(`not there: ${listed}`);
}
