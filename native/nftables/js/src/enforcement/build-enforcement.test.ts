import { describe, expect, it } from 'vitest';
import type { Json, NftCommand } from '../nft-json.ts';
import { buildEnforcement } from './build-enforcement.ts';
import type { SteeringOptions } from './options.ts';

const OPTIONS: SteeringOptions = { hooks: ['forward'], queueNumber: 7, onFailure: 'closed', queueVia: 'xtables' };

const OURS = { '&': [{ meta: { key: 'mark' } }, 0x0f000000] };
const packetHas = (bit: number) => match({ '&': [{ meta: { key: 'mark' } }, bit] }, bit);
const connectionHas = (bit: number) => match({ '&': [{ ct: { key: 'mark' } }, bit] }, bit);
const clear = {
  mangle: { key: { meta: { key: 'mark' } }, value: { '&': [{ meta: { key: 'mark' } }, 0xf0ffffff] } },
};

describe('buildEnforcement', () => {
  it('refills the table without ever taking a chain off its hook', () => {
    const commands = buildEnforcement(OPTIONS);

    expect(commands.slice(0, 2)).toEqual([
      { add: { table: { family: 'inet', name: 'bulkhead' } } },
      { flush: { table: { family: 'inet', name: 'bulkhead' } } },
    ]);
    expect(commands.slice(2).every((command) => 'add' in command)).toBe(true);
  });

  it('replaces the whole table when asked to, in the same transaction', () => {
    expect(buildEnforcement(OPTIONS, { isForeign: true }).slice(0, 3)).toEqual([
      { add: { table: { family: 'inet', name: 'bulkhead' } } },
      { delete: { table: { family: 'inet', name: 'bulkhead' } } },
      { add: { table: { family: 'inet', name: 'bulkhead' } } },
    ]);
  });

  it('hooks its chains right before and right after the place of the queue', () => {
    const hooked = buildEnforcement(OPTIONS).filter(
      ({ add }) => isObject(add) && isObject(add.chain) && 'hook' in add.chain,
    );

    const place = { family: 'inet', table: 'bulkhead', type: 'filter', hook: 'forward', policy: 'accept' };
    expect(hooked).toEqual([
      { add: { chain: { ...place, name: 'early-forward', prio: -151 } } },
      { add: { chain: { ...place, name: 'late-forward', prio: -149 } } },
    ]);
  });

  it('decides in a fixed order which packets go to the queue', () => {
    expect(rules('early-forward')).toEqual([
      [match(OURS, 0, '!='), clear],
      [
        match(payload('icmpv6', 'type'), {
          set: ['nd-router-solicit', 'nd-router-advert', 'nd-neighbor-solicit', 'nd-neighbor-advert'],
        }),
        match(payload('ip6', 'hoplimit'), 255),
        { accept: null },
      ],
      [
        match(payload('icmpv6', 'type'), {
          set: ['mld-listener-query', 'mld-listener-report', 'mld-listener-done', 'mld2-listener-report'],
        }),
        match(payload('ip6', 'hoplimit'), 1),
        { accept: null },
      ],
      [connectionHas(0x04000000), { jump: { target: 'blocked' } }],
      [connectionHas(0x02000000), { counter: 'handed-over' }, { accept: null }],
      [match(payload('tcp', 'flags'), 0x10), { jump: { target: 'without-payload' } }],
      [
        match({ meta: { key: 'l4proto' } }, { set: [1, 6, 17, 58] }),
        { counter: 'inspected' },
        { mangle: { key: { meta: { key: 'mark' } }, value: { '|': [{ meta: { key: 'mark' } }, 0x01000000] } } },
      ],
    ]);
  });

  it('moves verdicts to the connection and takes its bits off the packet', () => {
    const connection = (bit: number) => ({
      mangle: { key: { ct: { key: 'mark' } }, value: { '|': [{ ct: { key: 'mark' } }, bit] } },
    });

    expect(rules('late-forward')).toEqual([
      [match(OURS, 0), { accept: null }],
      [packetHas(0x04000000), connection(0x04000000), { jump: { target: 'blocked' } }],
      [packetHas(0x02000000), connection(0x02000000)],
      [packetHas(0x01000000), { counter: 'unanswered' }, { drop: null }],
      [clear],
    ]);
  });

  it('resets what is blocked, but lets bare resets go', () => {
    expect(rules('blocked')).toEqual([
      [match({ '&': [payload('tcp', 'flags'), 0x06] }, 0x04), { jump: { target: 'without-payload' } }],
      [match({ meta: { key: 'l4proto' } }, 6), { counter: 'blocked' }, { reject: { type: 'tcp reset' } }],
      [{ counter: 'blocked' }, { drop: null }],
    ]);
  });

  it('knows the length of a segment without payload for every TCP header there can be', () => {
    const lengths = (chain: string, protocol: string) =>
      rules(chain).map((statements) => {
        const [length, words, ...rest] = statements as [Json, Json, ...Json[]];
        expect(rest).toEqual([{ counter: 'acknowledgements' }, { accept: null }]);
        return [rightOf(words, payload('tcp', 'doff')), rightOf(length, payload(protocol, 'length'))];
      });
    const everyHeader = [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    const sorted = (pairs: unknown[][]) => pairs.toSorted((a, b) => Number(a[0]) - Number(b[0]));
    expect(sorted(lengths('without-payload-4', 'ip'))).toEqual(everyHeader.map((words) => [words, 20 + words * 4]));
    expect(sorted(lengths('without-payload-6', 'ip6'))).toEqual(everyHeader.map((words) => [words, words * 4]));
    expect(rules('without-payload')[0]).toEqual([
      match({ meta: { key: 'nfproto' } }, 'ipv4'),
      match(payload('ip', 'hdrlength'), 5),
      match({ '&': [payload('ip', 'frag-off'), 0x3fff] }, 0),
      { jump: { target: 'without-payload-4' } },
    ]);
  });

  it.each([
    ['input', 'iif'],
    ['output', 'oif'],
  ] as const)('lets loopback by at %s', (hook, key) => {
    const early = rules(`early-${hook}`, { ...OPTIONS, hooks: [hook] });

    expect(early[1]).toEqual([match({ meta: { key } }, 'lo'), { accept: null }]);
  });

  it.each([
    [{ onFailure: 'closed' }, { num: 7 }],
    [{ onFailure: 'open' }, { num: 7, flags: 'bypass' }],
    [{ onFailure: 'closed', queueCount: 4 }, { num: { range: [7, 10] } }],
  ] as const)('queues natively with %j as %j', (changes, queue) => {
    const early = rules('early-forward', { ...OPTIONS, ...changes, queueVia: 'nft' });

    expect(early.at(-1)?.at(-1)).toEqual({ queue });
  });

  it('lets unanswered packets by when it fails open', () => {
    const late = rules('late-forward', { ...OPTIONS, onFailure: 'open' });

    expect(late[3]).toEqual([packetHas(0x01000000), { counter: 'unanswered' }]);
  });

  it('quarantines at every hook, with nothing but loopback and neighbour discovery before it', () => {
    for (const hook of ['input', 'output', 'forward']) {
      const early = rules(`early-${hook}`, { ...OPTIONS, quarantine: true });

      expect(early.at(-1)).toEqual([{ counter: 'quarantined' }, { drop: null }]);
      expect(early).toHaveLength(hook === 'forward' ? 4 : 5);
    }
  });

  it.each([
    ['no hook', { hooks: [] }],
    ['a negative queue', { queueNumber: -1 }],
    ['a queue beyond the last', { queueNumber: 65_536 }],
    ['queues beyond the last', { queueNumber: 65_535, queueCount: 2 }],
    ['no queue', { queueCount: 0 }],
    ['half a queue', { queueNumber: 1.5 }],
  ] as const)('refuses %s', (_, changes) => {
    expect(() => buildEnforcement({ ...OPTIONS, ...changes })).toThrow(RangeError);
  });
});

function rules(chain: string, options: SteeringOptions = OPTIONS): readonly (readonly Json[])[] {
  return buildEnforcement(options).flatMap(({ add }: NftCommand) => {
    if (!isObject(add) || !isObject(add.rule) || add.rule.chain !== chain) return [];
    return [add.rule.expr as readonly Json[]];
  });
}

function match(left: Json, right: Json, op = '=='): Json {
  return { match: { op, left, right } };
}

function payload(protocol: string, field: string): Json {
  return { payload: { protocol, field } };
}

function rightOf(statement: Json, left: Json): Json | undefined {
  expect(statement).toMatchObject({ match: { op: '==', left } });
  return ((statement as { match: { right: Json } }).match ?? {}).right;
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
