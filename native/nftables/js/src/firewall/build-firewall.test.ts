import { describe, expect, it } from 'vitest';
import type { NftCommand } from '../nft-json.ts';
import { buildFirewall, buildFirewallChange, firewallNames } from './build-firewall.ts';
import { type Firewall, type FirewallRule, logPrefix, readLogPrefix } from './firewall.ts';

const RULE: FirewallRule = {
  id: 'r1',
  action: 'allow',
  log: false,
  peers: 'web',
  ports: [{ protocol: 'tcp', ports: [80, 90] }, { protocol: 'tcp', ports: [85, 99] }, { protocol: 'icmp' }],
};

function firewall(rules: readonly FirewallRule[], addresses: readonly string[] = ['10.0.0.1']): Firewall {
  return {
    lists: [{ name: 'web', ipv4: addresses.map((one) => [one, one] as const), ipv6: [['fd00::1', 'fd00::9']] }],
    ingress: { enforced: [rules], tried: [], denyId: 'd' },
    tellsDns: false,
  };
}

function verbs(commands: readonly NftCommand[]): readonly string[] {
  return commands.map((command) => {
    const [[verb, what] = []] = Object.entries(command);
    const [[kind, value] = []] = Object.entries(what as object);
    const { name, chain } = value as { readonly name?: string; readonly chain?: string };
    return `${verb} ${kind} ${name ?? chain}`;
  });
}

describe('buildFirewall', () => {
  it('has a rule for each family and kind of port, with ranges that do not overlap', () => {
    const rules = buildFirewall(firewall([RULE]), false).flatMap((command) =>
      JSON.stringify(command).includes('"chain":"rules-input-0"') ? [JSON.stringify(command)] : [],
    );
    expect(rules).toHaveLength(4);
    expect(rules.filter((rule) => rule.includes('@web-4'))).toHaveLength(2);
    expect(rules.filter((rule) => rule.includes('{"set":[{"range":[80,99]}]}'))).toHaveLength(2);
    expect(rules.filter((rule) => rule.includes('{"set":[1,58]}'))).toHaveLength(2);
  });

  it('has a rule hold in other ways as well, with one chain for what becomes of it', () => {
    const list = (name: string) => ({ name, ipv4: [], ipv6: [] });
    const also = [
      { peers: 'services', ports: [{ protocol: 'tcp', ports: [443, 443] } as const] },
      { ports: [{ protocol: 'udp', ports: [53, 53] } as const] },
    ];
    const rule: FirewallRule = { id: 'r1', action: 'deny', log: true, peers: 'web', also };
    const { lists, ...rest } = firewall([rule]);
    const added = buildFirewall({ ...rest, lists: [...lists, list('services')] }, false).map((one) =>
      JSON.stringify(one),
    );
    const rules = added.filter((text) => text.includes('"chain":"rules-input-0"'));

    expect(rules.filter((text) => text.includes('@web-') && !text.includes('dport'))).toHaveLength(2);
    expect(rules.filter((text) => text.includes('@services-') && text.includes('443'))).toHaveLength(2);
    expect(rules.filter((text) => !text.includes('addr') && text.includes('53'))).toHaveLength(1);
    expect(rules.every((text) => text.includes('"goto":{"target":"deny-r1"}'))).toBe(true);
    expect(added.filter((text) => /"add":\{"chain":.*"name":"deny-r1"/.test(text))).toHaveLength(1);
  });

  it('has two rules and two sets for ends, however many ports these have', () => {
    const rule: FirewallRule = { id: 'r1', action: 'allow', log: false, peers: 'web', also: [{ ends: 'ends' }] };
    const ends = (...ports: readonly number[]): Firewall => ({
      ...firewall([rule]),
      ends: [
        {
          name: 'ends',
          ipv4: ports.map((port) => ['10.96.0.1', 'tcp', port] as const),
          ipv6: [['fd00:96::1', 'udp', 53]],
        },
      ],
    });
    const added = buildFirewall(ends(80, 443, 8443), false).map((one) => JSON.stringify(one));

    expect(added.filter((text) => text.includes('"chain":"rules-input-0"'))).toHaveLength(4);
    expect(added.filter((text) => /"add":\{"set":.*"name":"ends-[46]"/.test(text))).toHaveLength(2);
    expect(added.join()).toContain('{"concat":["10.96.0.1",6,8443]}');
    // By numbers: nft looks names up in files that small images lack.
    expect(added.join()).toContain('{"concat":["fd00:96::1",17,53]}');
    expect(verbs(buildFirewallChange(ends(80), ends(80, 443))).slice(0, 3)).toEqual([
      'flush set ends-4',
      'add element ends-4',
      'flush set admitted-4',
    ]);
  });

  it('names everything that it makes', () => {
    const both: Firewall = {
      ...firewall([{ ...RULE, log: true }]),
      egress: { enforced: [], tried: [[RULE]], tryId: 't' },
    };
    const made = verbs(buildFirewall(both, false)).filter((line) => /^add (?:chain|set)/.test(line));
    const { chains, sets } = firewallNames(both);
    expect(new Set(made)).toEqual(
      new Set([...chains.map((name) => `add chain ${name}`), ...sets.map((name) => `add set ${name}`)]),
    );
  });
});

describe('buildFirewallChange', () => {
  it('refills only the sets of addresses that changed, and forgets what was admitted and tried', () => {
    expect(buildFirewallChange(firewall([RULE]), firewall([RULE]))).toEqual([]);
    expect(verbs(buildFirewallChange(firewall([RULE]), firewall([RULE], [])))).toEqual([
      'flush set web-4',
      'flush set admitted-4',
      'flush set admitted-6',
      'flush set tried-ingress-4',
      'flush set tried-ingress-6',
      'flush set tried-egress-4',
      'flush set tried-egress-6',
    ]);
  });

  it('never takes a base chain off its hook, and removes what nothing names any more', () => {
    const before = firewall([{ ...RULE, action: 'deny', log: true }]);
    const after: Firewall = { lists: [], egress: { enforced: [[]], tried: [], denyId: 'd' }, tellsDns: false };
    const commands = verbs(buildFirewallChange(before, after));
    expect(commands.filter((line) => line.startsWith('delete'))).toEqual([
      'delete chain rules-input-0',
      'delete chain deny-r1',
      'delete set web-4',
      'delete set web-6',
    ]);
    expect(commands).toContain('flush chain firewall-input');
  });
});

describe('readLogPrefix', () => {
  it('reads what rules of ours say, and nothing else', () => {
    expect(readLogPrefix(logPrefix('alert', 'x-1'))).toEqual({ kind: 'alert', id: 'x-1' });
    for (const prefix of ['', 'bulkhead', 'bulkhead deny', 'bulkhead drop x', 'other deny x', 'bulkhead deny x y']) {
      expect(readLogPrefix(prefix)).toBeUndefined();
    }
  });
});
