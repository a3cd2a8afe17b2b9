import { describe, expect, it } from 'vitest';
import type { NetworkPeer, PortRange } from './rule-set.ts';
import { type ServiceAddress, serviceMatches, servicesMeant, servicesOf, unfollowedMatch } from './service.ts';

const peers = (...names: readonly string[]): readonly NetworkPeer[] => names.map((name) => ({ kind: 'group', name }));
const tcp = (first: number, last = first) => ({ protocol: 'tcp' as const, ports: { first, last } });

function service(address: string, port: number, ...to: ServiceAddress['to']): ServiceAddress {
  return { address, protocol: 'tcp', port, to };
}

const API = service('10.96.0.1', 80, { port: 8080, groups: [['api'], ['api', 'canary']] });
const MIXED = service('10.96.0.2', 80, { port: 8080, groups: [['api'], ['db']] });
const EITHER = service('10.96.0.3', 80, { port: 8080, groups: [['api']] }, { port: 9090, groups: [['api']] });
const NOBODY = service('10.96.0.4', 80, { port: 8080, groups: [[]] });

const addressesOf = (...given: Parameters<typeof serviceMatches>): readonly string[] =>
  serviceMatches(...given).flatMap(({ addresses }) => addresses);

describe('the services that a rule is about', () => {
  const all = [API, MIXED, EITHER, NOBODY];

  it('are allowed where they lead to its groups at its ports and nowhere else', () => {
    const allow = (names: readonly string[], ports = [tcp(8080)]): readonly string[] =>
      addressesOf({ action: 'allow', peers: peers(...names), ports }, all);

    expect(allow(['api'])).toEqual([API.address]);
    expect(allow(['canary'])).toEqual([]);
    expect(allow(['api', 'db'])).toEqual([API.address, MIXED.address]);
    expect(allow(['api'], [tcp(8000, 9999)])).toEqual([API.address, EITHER.address]);
    expect(allow(['api'], [tcp(80)])).toEqual([]);
  });

  it('answer look-ups of names at the port of these, wherever they lead', () => {
    const other = service('10.96.0.10', 53, { port: 5353, groups: [['dns']] });
    const dns = { ...other, lookups: true } as const;
    const at = (one: ServiceAddress, ...ports: readonly number[]): readonly string[] =>
      addressesOf({ action: 'allow', peers: peers('dns'), ports: ports.map((port) => tcp(port)) }, [one]);

    expect([at(dns, 53), at(dns, 5353), at(dns, 54)]).toEqual([[dns.address], [dns.address], []]);
    // Whoever made it does not speak for those behind it.
    expect([at(other, 53), at(other, 5353)]).toEqual([[], [other.address]]);
    expect(addressesOf({ action: 'allow', peers: peers('api'), ports: [tcp(53)] }, [dns])).toEqual([]);
  });

  it('are denied where they may lead there', () => {
    const deny = (names: readonly string[], ports = [tcp(9090)]): readonly string[] =>
      addressesOf({ action: 'deny', peers: peers(...names), ports }, all);

    expect(deny(['api'])).toEqual([EITHER.address]);
    expect(deny(['canary'], [tcp(8080)])).toEqual([API.address]);
    expect(deny(['db'], [tcp(1, 65_535)])).toEqual([MIXED.address]);
  });

  it('are none of a rule without groups, nor of another protocol', () => {
    const prefix: NetworkPeer = { kind: 'prefix', prefix: '10.0.0.0/8' };

    expect(serviceMatches({ action: 'allow' }, all)).toEqual([]);
    expect(serviceMatches({ action: 'deny', peers: [prefix] }, all)).toEqual([]);
    expect(serviceMatches({ action: 'allow', peers: peers('api'), ports: [{ protocol: 'udp' }] }, all)).toEqual([]);
    expect(serviceMatches({ action: 'allow', peers: peers('api'), ports: [{ protocol: 'icmp' }] }, all)).toEqual([]);
  });

  it('have their own ports, and are together where these are the same', () => {
    const [second, third] = [service('10.96.1.1', 80, ...API.to), service('10.96.1.1', 443, ...API.to)];
    const rule = { action: 'allow', peers: peers('api') } as const;

    expect(serviceMatches(rule, [API, second])).toEqual([
      { addresses: [API.address, second.address], ports: [tcp(80)] },
    ]);
    expect(serviceMatches(rule, [API, second, third])).toEqual([
      { addresses: [API.address], ports: [tcp(80)] },
      { addresses: [second.address], ports: [tcp(80), tcp(443)] },
    ]);
  });

  it('are each there by itself for whoever looks them up by address and port', () => {
    const second = service('10.96.1.1', 443, ...API.to);
    expect(servicesMeant({ action: 'deny', peers: peers('canary') }, [API, NOBODY, second])).toEqual([API, second]);
  });

  it('of which no more is known are denied at all ports where they may lead there, and never allowed', () => {
    const unfollowed = [{ addresses: ['10.96.0.8'], groups: ['db'] }, { addresses: ['10.96.0.9'] }];
    const deny = (names: readonly string[], ports?: readonly PortRange[]) =>
      unfollowedMatch({ action: 'deny', peers: peers(...names), ...(ports !== undefined && { ports }) }, unfollowed);

    const whole = [{ protocol: 'tcp' }, { protocol: 'udp' }];
    expect(deny(['db'])).toEqual({ addresses: ['10.96.0.8', '10.96.0.9'], ports: whole });
    expect(deny(['api'], [tcp(8080)])).toEqual({ addresses: ['10.96.0.9'], ports: [{ protocol: 'tcp' }] });
    expect(deny(['db'], [{ protocol: 'icmp' }])).toBeUndefined();
    expect(deny([])).toBeUndefined();
    expect(unfollowedMatch({ action: 'allow', peers: peers('db') }, unfollowed)).toBeUndefined();
    expect(servicesOf('db', all, unfollowed)).toEqual([MIXED.address, '10.96.0.8', '10.96.0.9']);
    expect(servicesOf('other', [], unfollowed)).toEqual(['10.96.0.9']);
  });

  it('are those of a sensor where they may lead to its group', () => {
    expect(servicesOf('db', all)).toEqual([MIXED.address]);
    expect(servicesOf('canary', [API, API])).toEqual([API.address]);
    expect(servicesOf('other', all)).toEqual([]);
  });
});
