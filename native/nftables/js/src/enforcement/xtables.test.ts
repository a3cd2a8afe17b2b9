import { describe, expect, it } from 'vitest';
import type { NftObject } from '../nft-json.ts';
import type { SteeringOptions } from './options.ts';
import { buildQueueRemoval, buildQueueRules, queuedHooks } from './xtables.ts';

const OPTIONS: SteeringOptions = {
  hooks: ['output', 'input'],
  queueNumber: 9,
  onFailure: 'open',
  queueVia: 'xtables',
};

const TABLE: NftObject = { table: { family: 'ip', name: 'mangle', handle: 1 } };
const INPUT = builtIn('INPUT', 'input');
const OURS: readonly NftObject[] = [
  { chain: { family: 'ip', table: 'mangle', name: 'BULKHEAD-IN', handle: 2 } },
  INPUT,
  rule('BULKHEAD-IN', 3, { xt: { type: 'target', name: 'NFQUEUE' } }),
];
const OUR_JUMP = rule('INPUT', 4, { jump: { target: 'BULKHEAD-IN' } });
const THEIR_RULE = rule('INPUT', 5, { accept: null });

describe('buildQueueRules', () => {
  it('fills a chain of ours per hook and jumps to it first', () => {
    expect(buildQueueRules(OPTIONS, [])).toBe(
      [
        '*mangle',
        ':BULKHEAD-IN - [0:0]',
        '-A BULKHEAD-IN -m mark --mark 0x1000000/0x1000000 -j NFQUEUE --queue-num 9 --queue-bypass',
        '-I INPUT 1 -j BULKHEAD-IN',
        ':BULKHEAD-OUT - [0:0]',
        '-A BULKHEAD-OUT -m mark --mark 0x1000000/0x1000000 -j NFQUEUE --queue-num 9 --queue-bypass',
        '-I OUTPUT 1 -j BULKHEAD-OUT',
        'COMMIT',
        '',
      ].join('\n'),
    );
  });

  it('does not bypass when it fails closed, and balances over several queues', () => {
    const buffer = buildQueueRules({ ...OPTIONS, hooks: ['forward'], onFailure: 'closed', queueCount: 3 }, []);

    expect(buffer).toContain('-j NFQUEUE --queue-balance 9:11\n');
  });

  it('leaves a jump that is first where it is', () => {
    const buffer = buildQueueRules({ ...OPTIONS, hooks: ['input'] }, [TABLE, ...OURS, OUR_JUMP, THEIR_RULE]);

    expect(buffer).not.toContain('INPUT 1');
    expect(buffer).not.toContain('-D');
  });

  it('moves a jump that is no longer first', () => {
    const buffer = buildQueueRules({ ...OPTIONS, hooks: ['input'] }, [TABLE, ...OURS, THEIR_RULE, OUR_JUMP]);

    expect(buffer.split('\n')).toEqual(
      expect.arrayContaining(['-D INPUT -j BULKHEAD-IN', '-I INPUT 1 -j BULKHEAD-IN']),
    );
  });
});

describe('buildQueueRemoval', () => {
  const at = { family: 'ip', table: 'mangle' };
  const ourChains = [
    { delete: { rule: { ...at, chain: 'INPUT', handle: 4 } } },
    { flush: { chain: { ...at, name: 'BULKHEAD-IN' } } },
    { delete: { chain: { ...at, name: 'BULKHEAD-IN' } } },
  ];

  it('takes the table along when nothing else is in it', () => {
    expect(buildQueueRemoval('ip', [TABLE, ...OURS, OUR_JUMP], [])).toEqual([
      ...ourChains,
      { delete: { chain: { ...at, name: 'INPUT' } } },
      { delete: { table: { family: 'ip', name: 'mangle' } } },
    ]);
  });

  it.each<[string, NftObject]>([
    ['a rule', THEIR_RULE],
    ['a chain', { chain: { family: 'ip', table: 'mangle', name: 'THEIRS', handle: 8 } }],
    ['a policy', builtIn('FORWARD', 'forward', 'drop')],
    ['a set', { set: { family: 'ip', table: 'mangle', name: 'theirs', handle: 9 } }],
  ])('leaves the table when somebody else has %s in it', (_, theirs) => {
    expect(buildQueueRemoval('ip', [TABLE, ...OURS, OUR_JUMP, theirs], [])).toEqual(ourChains);
  });

  it('keeps the chains of the hooks that are still queued', () => {
    expect(buildQueueRemoval('ip', [TABLE, ...OURS, OUR_JUMP], ['input'])).toEqual([]);
  });

  it('does nothing in a table without chains of ours', () => {
    expect(buildQueueRemoval('ip', [TABLE, INPUT], [])).toEqual([]);
    expect(buildQueueRemoval('ip', [], [])).toEqual([]);
  });
});

describe('queuedHooks', () => {
  it.each<[string, readonly NftObject[], readonly string[]]>([
    ['a jump that is first to a filled chain', [...OURS, OUR_JUMP, THEIR_RULE], ['input']],
    ['a jump that comes second', [...OURS, THEIR_RULE, OUR_JUMP], []],
    ['a jump to an empty chain', [...OURS.slice(0, 2), OUR_JUMP], []],
    ['no jump', OURS, []],
  ])('sees through %s', (_, present, hooks) => {
    expect(queuedHooks([TABLE, ...present])).toEqual(hooks);
  });
});

function builtIn(name: string, hook: string, policy = 'accept'): NftObject {
  return { chain: { family: 'ip', table: 'mangle', name, handle: 1, type: 'filter', hook, prio: -150, policy } };
}

function rule(chain: string, handle: number, statement: NftObject): NftObject {
  return { rule: { family: 'ip', table: 'mangle', chain, handle, expr: [statement] } };
}
