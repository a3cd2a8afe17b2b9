import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClusterService, ServiceEnd } from './cluster-service.ts';
import { ANYBODY, Services } from './services.ts';

const pods = (...addresses: readonly string[]): readonly ServiceEnd[] =>
  addresses.map((address) => ({ address, isPod: true }));

function service(id: string, ends: readonly ServiceEnd[], address = '10.96.0.1'): ClusterService {
  return { id, addresses: [address], ports: [{ protocol: 'tcp', port: 80, to: [{ port: 8080, ends }] }] };
}

describe('the services in front of groups', () => {
  it('say in which groups those are to whom they lead, each list of them once', () => {
    const services = new Services();
    services.put(service('shop/api', pods('10.0.0.1', '10.0.0.2', '10.0.0.3')));
    services.add(['api'], ['10.0.0.1']);
    services.add(['api'], ['10.0.0.2']);
    services.add(['canary', 'api'], ['10.0.0.3']);

    const [known] = services.of(['api', 'canary']).services;
    expect(known).toEqual({
      address: '10.96.0.1',
      protocol: 'tcp',
      port: 80,
      to: [{ port: 8080, groups: [['api', 'canary'], ['api']] }],
    });
    expect(services.of(['canary']).services).toEqual([known]);
    expect(services.of(['other']).services).toEqual([]);
    expect([services.digestOf('canary'), services.digestOf('other')]).toEqual([services.digestOf('api'), '']);
  });

  it('wait for pods that nobody has told of, and know of others that they are in no group', () => {
    const services = new Services();
    services.add(['api'], ['10.0.0.1']);
    services.put(service('shop/api', pods('10.0.0.1', '10.0.0.2')));
    expect(services.of(['api']).services[0]?.to).toEqual([{ port: 8080, groups: [['api']] }]);

    services.put(service('shop/api', [...pods('10.0.0.1'), { address: '192.0.2.1', isPod: false }]));
    expect(services.of(['api']).services[0]?.to).toEqual([{ port: 8080, groups: [['api'], []] }]);
    services.put(service('shop/api', pods('10.0.0.9')));
    expect(services.of(['api']).services).toEqual([]);
  });

  it('name the groups that a change concerns, also of those who only share a service', () => {
    const services = new Services();
    services.add(['api'], ['10.0.0.1']);
    services.put(service('shop/api', pods('10.0.0.1', '10.0.0.2')));

    expect([...services.add([], ['10.0.0.2'])]).toEqual(['api']);
    expect(services.of(['api']).services[0]?.to).toEqual([{ port: 8080, groups: [['api'], []] }]);
    expect([...services.add(['db'], ['10.0.0.2'])].toSorted()).toEqual(['api', 'db']);
    expect([...services.add(['db'], ['10.0.0.7'])]).toEqual([]);
    expect([...services.forget('shop/api')].toSorted()).toEqual(['api', 'db']);
    expect([...services.forget('shop/api')]).toEqual([]);
    expect(services.of(['api', 'db']).services).toEqual([]);
  });

  it('answer look-ups of names at the port of these, for pods of their own namespace alone', () => {
    const at = (port: number, ends: readonly ServiceEnd[]): boolean | undefined => {
      const services = new Services();
      services.add(['dns'], ['10.0.0.1']);
      const ports = [{ protocol: 'udp' as const, port, to: [{ port: 5353, ends }] }];
      services.put({ id: 'kube-system/dns', addresses: ['10.96.0.10'], ports });
      return services.of(['dns']).services[0]?.lookups;
    };
    expect(at(53, pods('10.0.0.1'))).toBe(true);
    expect(at(80, pods('10.0.0.1'))).toBeUndefined();
    expect(at(53, [{ address: '10.0.0.1', isPod: false }])).toBeUndefined();
  });

  it('are no more than a snapshot holds, whatever somebody writes into a namespace', () => {
    const services = new Services();
    services.add(['api'], ['10.0.0.1']);
    const ports = Array.from({ length: 2_000 }, (_, index) => ({
      protocol: 'tcp' as const,
      port: index + 1,
      to: [{ port: 8080, ends: pods('10.0.0.1') }],
    }));
    for (let index = 0; index < 30; index += 1) {
      services.put({ id: `evil/${index}`, addresses: [`10.96.1.${index}`], ports });
    }
    services.put(service('shop/api', pods('10.0.0.1')));

    const { services: said, unfollowed, leftOut } = services.of(['api']);
    expect(JSON.stringify(said).length).toBeLessThan(5 * 1_024 * 1_024);
    expect(said.length).toBeGreaterThan(20_000);
    expect(said.filter(({ address }) => address === '10.96.0.1')).toHaveLength(1);

    // Of the others their addresses, and who may be behind them.
    const left = 30 - new Set(said.filter(({ address }) => address !== '10.96.0.1').map(({ address }) => address)).size;
    expect(unfollowed).toEqual([{ groups: ['api'], addresses: expect.arrayContaining(['10.96.1.29']) }]);
    expect(unfollowed[0]?.addresses).toHaveLength(left);
    expect(leftOut.counts).toEqual({ address: 0, ports: left, ends: 0 });
    expect(leftOut.services).toContainEqual({ id: 'evil/29', cause: 'ports', groups: ['api'] });
    expect(services.of(['web'])).toMatchObject({ unfollowed: [], leftOut: { services: [] } });
  });

  it('that have too many ends may lead to anybody, whatever group is asked for', () => {
    const services = new Services();
    services.add(['api'], ['10.0.0.1']);
    services.put(service('shop/api', pods('10.0.0.1')));
    const before = services.digestOf(ANYBODY);
    const endless = { id: 'shop/wide', addresses: ['10.96.0.7', 'fd00:96::7'], ports: [], tooManyEnds: 20_000 };

    expect([...services.put(endless)]).toEqual([ANYBODY]);
    expect(services.digestOf(ANYBODY)).not.toBe(before);
    for (const group of ['api', 'other']) {
      expect(services.of([group])).toMatchObject({
        unfollowed: [{ addresses: endless.addresses }],
        leftOut: { counts: { ends: 1 }, services: [{ id: 'shop/wide', cause: 'ends' }] },
      });
    }
    // Nobody is asked about where no rule names a group.
    expect(services.of([])).toMatchObject({ services: [], unfollowed: [] });
    expect([...services.put(service('shop/wide', pods('10.0.0.1')))].toSorted()).toEqual([ANYBODY, 'api']);
    expect(services.of(['other']).unfollowed).toEqual([]);
  });

  it('are said to be missed where there is no room for their addresses either', () => {
    const services = new Services();
    for (let index = 0; index < 40; index += 1) {
      const addresses = Array.from({ length: 8_000 }, (_, at) => `10.${96 + index}.${at >> 8}.${at & 255}`);
      services.put({ id: `evil/${index}`, addresses, ports: [], tooManyEnds: 20_000 });
    }
    const { unfollowed, leftOut } = services.of(['api']);
    expect(JSON.stringify(unfollowed).length).toBeLessThan(5 * 1_024 * 1_024);
    expect(leftOut.counts.address).toBeGreaterThan(0);
    expect(leftOut.counts.address + leftOut.counts.ends).toBe(40);
    expect(leftOut.services[0]?.cause).toBe('address');
  });

  it('are counted where they are too many to be named', () => {
    const services = new Services();
    for (let index = 0; index < 107; index += 1) {
      services.put({ id: `shop/${index}`, addresses: [`10.96.0.${index}`], ports: [], tooManyEnds: 20_000 });
    }
    expect(services.of(['api']).leftOut).toMatchObject({ counts: { ends: 107 }, unnamed: 7 });
  });

  it('know an address of IPv6 however it is written', () => {
    const services = new Services();
    services.add(['api'], ['fd00:0:0::1']);
    services.put(service('shop/api', pods('FD00::1'), 'fd00:96::1'));

    expect(services.of(['api']).services).toMatchObject([{ address: 'fd00:96::1' }]);
  });

  it('say after any changes what those say that start with what came of them, and name every group concerned', () => {
    const address = fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3');
    const workload = fc.record({
      groups: fc.uniqueArray(fc.constantFrom('a', 'b', 'c')),
      addresses: fc.uniqueArray(address, { maxLength: 2 }),
    });
    const ends = fc.uniqueArray(fc.record({ address, isPod: fc.boolean() }), { selector: (end) => end.address });
    const change = fc.oneof(
      fc.record({ id: fc.constantFrom('w1', 'w2', 'w3'), workload: fc.option(workload) }),
      fc.record({ id: fc.constantFrom('s1', 's2'), ends: fc.option(ends), isEndless: fc.boolean() }),
    );
    const askers = [['a'], ['b'], ['c'], ['a', 'b', 'c']];
    fc.assert(
      fc.property(fc.array(change, { maxLength: 24 }), (changes) => {
        const services = new Services();
        const workloads = new Map<string, { readonly groups: string[]; readonly addresses: string[] }>();
        const known = new Map<string, ClusterService>();
        for (const one of changes) {
          const before = askers.map((peers) => JSON.stringify(services.of(peers)));
          const concerned = new Set<string>();
          const note = (groups: ReadonlySet<string>): void => {
            for (const group of groups) concerned.add(group);
          };
          if ('workload' in one) {
            const old = workloads.get(one.id);
            if (one.workload !== null) note(services.add(one.workload.groups, one.workload.addresses));
            if (old !== undefined) note(services.remove(old.groups, old.addresses));
            if (one.workload === null) workloads.delete(one.id);
            else workloads.set(one.id, one.workload);
          } else if (one.ends === null) {
            note(services.forget(one.id));
            known.delete(one.id);
          } else {
            const followed = service(one.id, one.ends);
            const made = one.isEndless ? { ...followed, ports: [], tooManyEnds: 20_000 } : followed;
            note(services.put(made));
            known.set(one.id, made);
          }
          const fresh = new Services();
          for (const { groups, addresses } of workloads.values()) fresh.add(groups, addresses);
          for (const made of known.values()) fresh.put(made);
          for (const [index, peers] of askers.entries()) {
            expect(services.of(peers)).toEqual(fresh.of(peers));
            for (const peer of peers) expect(services.digestOf(peer)).toBe(fresh.digestOf(peer));
            if (JSON.stringify(services.of(peers)) === before[index]) continue;
            expect([...peers, ANYBODY].some((peer) => concerned.has(peer))).toBe(true);
          }
        }
      }),
    );
  });
});
