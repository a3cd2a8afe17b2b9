import type { Mode } from '@bulkhead/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateFlow, type FlowEnd } from '../network/evaluate.ts';
import { FLOW_PROTOCOLS } from '../network/rule-set.ts';
import type { Policy } from '../policy.ts';
import { selectGroups } from '../selection/select.ts';
import { writeDocuments } from '../write-documents.ts';
import type { LearntEnd, LearntFlow, LearntWorkload } from './flow.ts';
import { type LearningInput, learnNetwork } from './learn-network.ts';
import type { LearntDocuments } from './learnt.ts';
import { groupDocument, policyOf, textsOf } from './test-support/policies.ts';

const GROUPS = ['db', 'shop', 'web'];
const groupsIn = (mode: Mode): readonly object[] => GROUPS.map((name) => groupDocument(name, mode));

/** The policy once what was learnt is applied to it, with every group in a mode: refused where it is not valid. */
function applied({ documents }: LearntDocuments, mode: Mode = 'protect', groups = groupsIn(mode)): Policy {
  return policyOf(writeDocuments([...groups, ...documents.map(({ document }) => document)]));
}

function learn(flows: readonly LearntFlow[], more: Partial<LearningInput> = {}): LearntDocuments {
  return learnNetwork({ groups: policyOf(writeDocuments(groupsIn('discover'))).groups, ruleSets: [], flows, ...more });
}

const workload = (name: string, ...groups: string[]): LearntEnd => ({
  kind: 'workload',
  namespace: 'shop',
  name,
  groups,
});
const [WEB, SHOP, DB] = [workload('web', 'web'), workload('shop', 'shop'), workload('db', 'db')];
const at = (address: string, domain?: string): LearntEnd => ({
  kind: 'address',
  address,
  ...(domain !== undefined && { domain }),
});

function flow(client: LearntEnd, server: LearntEnd, port: number, more: Partial<LearntFlow> = {}): LearntFlow {
  const times = { firstSeen: '2026-11-20T09:00:00.000Z', lastSeen: '2026-11-27T09:00:00.000Z' };
  const seenBy = ['client', 'server'] as const;
  return { client, server, port, seenBy, protocol: 'tcp', verdict: 'allow', sessions: 1, ...times, ...more };
}

interface Rule {
  readonly name: string;
  readonly peers: readonly string[];
  readonly ports: readonly (number | string)[];
  readonly applications?: readonly string[];
}
interface Spec {
  readonly ingress: readonly Rule[];
  readonly egress: readonly Rule[];
  readonly allowCuttingDns?: boolean;
  readonly allowCuttingProbes?: boolean;
}

function specOf({ documents }: LearntDocuments, group: string): Spec {
  const found = documents.find(({ document }) => document.metadata.name === `${group}-learned`);
  if (found === undefined) throw new Error(`nothing was learnt for ${group}`);
  return found.document.spec as Spec;
}

const words = (rules: readonly Rule[]): readonly string[] =>
  rules.map(
    ({ name, peers, ports, applications }) =>
      `${name}: ${peers.join(' ')} ${ports.join(' ')}${applications === undefined ? '' : ` as ${applications.join(' ')}`}`,
  );

describe('learnNetwork', () => {
  it('allows each end what it was seen to do, and names peers by their groups', () => {
    const learnt = learn([
      flow(WEB, SHOP, 8080),
      flow(SHOP, DB, 5432),
      flow(SHOP, DB, 5433),
      flow({ kind: 'node' }, SHOP, 8081),
    ]);

    expect(words(specOf(learnt, 'shop').ingress)).toEqual(['node-8081: @node 8081', 'web-8080: web 8080']);
    expect(words(specOf(learnt, 'shop').egress)).toEqual(['db-5432-5433: db 5432-5433']);
    expect(words(specOf(learnt, 'db').ingress)).toEqual(['shop-5432-5433: shop 5432-5433']);
    expect(applied(learnt).network).toHaveLength(3);
  });

  it('says how long was watched, and of each rule what speaks for it', () => {
    const learnt = learn([flow(WEB, SHOP, 8080, { sessions: 1_204 })], { asked: ['shop'] });

    const [{ head, comments, document } = { head: [], comments: [], document: undefined }] = learnt.documents;
    expect(head[0]).toBe(
      'Learnt from 1204 sessions of 1 workload, seen from 2026-11-20 09:00 to 2026-11-27 09:00 UTC (7 days).',
    );
    expect(comments).toEqual([{ path: ['spec', 'ingress', 0], text: '1204 sessions, the last 2026-11-27 09:00' }]);
    expect(document?.spec).toMatchObject({ groups: ['shop'] });
    expect(textsOf(learnt)).not.toContainEqual(expect.stringContaining('warning'));
  });

  it('warns of a group that was watched for less than a day', () => {
    const short = { firstSeen: '2026-11-27T08:15:00.000Z' };
    expect(textsOf(learn([flow(WEB, SHOP, 80, short)], { asked: ['shop'] }))[0]).toBe(
      'warning shop: flows were seen over 45 minutes alone: what happens daily or at certain times only may be missing, and would be cut',
    );
  });

  it('closes a direction in which nothing was seen of a group that was watched', () => {
    const learnt = learn([flow(WEB, at('192.0.2.7'), 443)], { asked: ['web'] });
    expect(specOf(learnt, 'web').ingress).toEqual([]);
    expect(textsOf(learnt)).toContain('note web: ingress: nothing was seen, so that it is closed as a whole');
  });

  it('learns nothing for a group that no agent watched, and does not close it', () => {
    const learnt = learn([flow(WEB, SHOP, 80, { seenBy: ['client'] })]);
    expect(learnt.documents.map(({ document }) => document.metadata.name)).toEqual(['web-learned']);
    expect(textsOf(learnt)).toContain('warning shop: nothing is learnt: no agent told of flows of its own workloads');
  });

  it('learns what the other end alone told of, and says so', () => {
    const learnt = learn([flow(WEB, SHOP, 80, { seenBy: ['client'] }), flow(SHOP, DB, 5432)], { asked: ['shop'] });
    expect(words(specOf(learnt, 'shop').ingress)).toEqual(['web-80: web 80']);
    expect(textsOf(learnt)).toContain(
      'note shop: 1 flow is known from the other end alone, whose agent told of it, and is learnt: from web on 80/tcp',
    );
  });

  it('never learns what was denied, and names it', () => {
    const denied = { verdict: 'block' } as const;
    const learnt = learn([flow(WEB, SHOP, 80), flow(DB, SHOP, 22, denied), flow(workload('x'), SHOP, 22, denied)], {
      asked: ['shop'],
    });
    expect(words(specOf(learnt, 'shop').ingress)).toEqual(['web-80: web 80']);
    expect(textsOf(learnt)).toContain(
      'note shop: 2 flows were denied and are not learnt: from db on 22/tcp, from shop/x on 22/tcp',
    );
    expect(learnt.documents).toHaveLength(1);
  });

  it('learns what rules in trial would deny, and says that somebody should look', () => {
    const learnt = learn([flow(DB, SHOP, 22, { verdict: 'alert' })], { asked: ['shop'] });
    expect(words(specOf(learnt, 'shop').ingress)).toEqual(['db-22: db 22']);
    expect(textsOf(learnt)).toContainEqual(expect.stringMatching(/^note shop: 1 flow was let pass against rules/));
  });

  it('says in the rules that look-ups and probes are cut where none were seen', () => {
    const learnt = learn([flow(WEB, SHOP, 80)], { asked: ['shop'] });
    expect(specOf(learnt, 'shop')).toMatchObject({ allowCuttingDns: true, allowCuttingProbes: true });
    expect(applied(learnt).network).toHaveLength(1);

    const dns = flow(SHOP, at('10.96.0.10'), 53, { protocol: 'udp', application: 'dns' });
    const live = learn([flow({ kind: 'node' }, SHOP, 80), dns], { asked: ['shop'] });
    expect(specOf(live, 'shop')).not.toHaveProperty('allowCuttingDns');
    expect(specOf(live, 'shop')).not.toHaveProperty('allowCuttingProbes');
    expect(words(specOf(live, 'shop').egress)).toEqual(['10-96-0-10-dns: 10.96.0.10 53 53/udp as dns']);
  });

  it('asks for no probes of what is selected by its network namespace', () => {
    const groups = [groupDocument('shop', 'discover', { netns: ['shop'] })];
    const learnt = learn([flow(WEB, SHOP, 80)], { groups: policyOf(writeDocuments(groups)).groups });
    expect(specOf(learnt, 'shop')).not.toHaveProperty('allowCuttingProbes');
  });

  it('says what may be spoken only where every session spoke something that has a name', () => {
    const learnt = learn(
      [
        flow(WEB, SHOP, 8080, { application: 'http1' }),
        flow(WEB, SHOP, 8080, { application: 'websocket' }),
        flow(WEB, SHOP, 9000, { application: 'grpc' }),
        flow(WEB, SHOP, 9001, { application: 'tls' }),
        flow(WEB, SHOP, 9001),
        flow(WEB, SHOP, 9002, { application: 'raw' }),
      ],
      { asked: ['shop'] },
    );
    expect(words(specOf(learnt, 'shop').ingress)).toEqual([
      'web-8080-9000: web 8080 9000 as http',
      'web-9001-9002: web 9001-9002',
    ]);
    const without = learn([flow(WEB, SHOP, 8080, { application: 'http1' })], { asked: ['shop'], applications: false });
    expect(words(specOf(without, 'shop').ingress)).toEqual(['web-8080: web 8080']);
  });

  it('names servers by the domain that was looked up, clients never', () => {
    const pay = at('198.51.100.7', 'Pay.Example.com.');
    const learnt = learn([flow(SHOP, pay, 443), flow(pay, SHOP, 443), flow(SHOP, at('10.1.1.1', 'localhost'), 1)], {
      asked: ['shop'],
    });
    expect(words(specOf(learnt, 'shop').egress)).toEqual([
      'pay-example-com-443: pay.example.com 443',
      '10-1-1-1-1: 10.1.1.1 1',
    ]);
    expect(words(specOf(learnt, 'shop').ingress)).toEqual(['198-51-100-7-443: 198.51.100.7 443']);
  });

  it('joins addresses of both families only where no other is meant by it', () => {
    const clients = ['10.0.0.4', '10.0.0.5', '10.0.0.7', '2001:db8::2', '2001:DB8:0:0::3'].map((one) => at(one));
    const learnt = learn(
      clients.map((client) => flow(client, WEB, 443)),
      { asked: ['web'] },
    );
    expect(words(specOf(learnt, 'web').ingress)).toEqual(['addresses-443: 10.0.0.4/31 10.0.0.7 2001:db8::2/127 443']);
  });

  it('opens a port to anybody, in the families that called, where too many addresses called it, and says so', () => {
    const clients = Array.from({ length: 300 }, (_, index) => at(`198.51.${index >> 7}.${(index * 2) & 255}`));
    const both = [...clients, at('2001:db8::1')].map((client) => flow(client, WEB, 443));
    const learnt = learn([...both, flow(at('192.0.2.9'), WEB, 22)], { asked: ['web'] });
    expect(words(specOf(learnt, 'web').ingress)).toEqual([
      '192-0-2-9-22: 192.0.2.9 22',
      'anywhere-443: 0.0.0.0/0 ::/0 443',
    ]);
    expect(textsOf(learnt)).toContainEqual(
      expect.stringMatching(/^note web: ingress: \d+ addresses on 443\/tcp: any address is allowed$/),
    );
    expect(
      words(
        specOf(
          learn(
            clients.map((one) => flow(one, WEB, 443)),
            { asked: ['web'] },
          ),
          'web',
        ).ingress,
      ),
    ).toEqual(['anywhere-443: 0.0.0.0/0 443']);
  });

  it('takes addresses that an agent summed up for everybody, and says so', () => {
    const learnt = learn([flow(at('0.0.0.0/0'), WEB, 443), flow(at('192.0.2.9'), WEB, 443)], { asked: ['web'] });
    expect(words(specOf(learnt, 'web').ingress)).toEqual(['anywhere-443: 0.0.0.0/0 443']);
    expect(textsOf(learnt)).toContain(
      'note web: ingress: too many addresses to tell on 443/tcp: any address is allowed',
    );
  });

  it('opens all high ports of a peer that is called on too many of them, and says so', () => {
    const passive = Array.from({ length: 40 }, (_, index) => flow(SHOP, DB, 30_000 + 3 * index));
    const learnt = learn([...passive, flow(SHOP, DB, 21)], { asked: ['shop'] });
    expect(words(specOf(learnt, 'shop').egress)).toEqual(['db-21-1024-65535: db 21 1024-65535']);
    expect(textsOf(learnt)).toContain('note shop: egress: 41 ports with db: 21/tcp, 1024-65535/tcp are allowed');
  });

  it('needs few rules for addresses that share no port', () => {
    const strangers = Array.from({ length: 100 }, (_, index) => flow(SHOP, at(`192.0.2.${index}`), 2_000 + index));
    expect(words(specOf(learn(strangers, { asked: ['shop'] }), 'shop').egress)).toEqual([
      'anywhere-tcp: 0.0.0.0/0 tcp',
    ]);
  });

  it('names a workload by the narrowest of its groups, never by one that cuts off', () => {
    const groups = policyOf(
      writeDocuments([
        groupDocument('everybody', 'discover', { names: ['*'] }),
        groupDocument('shop', 'discover', { namespaces: ['shop'] }),
        groupDocument('api', 'discover', { labels: { matchLabels: { app: 'api' } } }),
        groupDocument('cut', 'protect', { labels: { matchLabels: { cut: 'yes' } } }, { quarantine: true }),
      ]),
    ).groups;
    const client = workload('api', 'everybody', 'shop', 'api', 'cut');
    const flows = [
      flow(client, workload('web', 'everybody', 'shop'), 80),
      flow(workload('job', 'everybody'), client, 81),
    ];
    const learnt = learn(flows, { groups });
    expect(words(specOf(learnt, 'shop').ingress)).toEqual(['api-80: api 80', 'everybody-81: everybody 81']);
    expect(words(specOf(learnt, 'api').egress)).toEqual(['shop-80: shop 80']);
    expect(textsOf(learnt)).toContainEqual(expect.stringMatching(/^note everybody: selects every workload, and names/));
  });

  it('counts all workloads that are known, and not only those at the ends of flows', () => {
    const groups = policyOf(
      writeDocuments(['broad', 'narrow', 'shop'].map((name) => groupDocument(name, 'discover'))),
    ).groups;
    const client = workload('a', 'broad', 'narrow');
    const known = (...names: readonly string[][]) =>
      names.map((of, index) => workload(`w${index}`, ...of) as LearntWorkload);
    const named = (...names: readonly string[][]): readonly string[] =>
      words(
        specOf(learn([flow(client, SHOP, 80)], { groups, asked: ['shop'], workloads: known(...names) }), 'shop')
          .ingress,
      );
    expect(named(['broad', 'narrow'], ['broad'])).toEqual(['narrow-80: narrow 80']);
    expect(named(['broad', 'narrow'], ['narrow'])).toEqual(['broad-80: broad 80']);
  });

  it('proposes a group for each workload that is in none, by what tells that it belongs together', () => {
    const job: LearntEnd = { kind: 'workload', namespace: 'ops', name: 'job', groups: [] };
    const pods = ['a', 'b'].map(
      (pod): LearntEnd => ({
        kind: 'workload',
        namespace: 'ops',
        name: `probe-${pod}`,
        groups: [],
        labels: { app: 'probe', tier: pod },
      }),
    );
    const learnt = learn(
      [job, ...pods].map((client) => flow(client, SHOP, 80)),
      { asked: ['shop'] },
    );
    expect(words(specOf(learnt, 'shop').ingress)).toEqual(['groups-80: ops-job ops-probe 80']);
    expect(learnt.documents.slice(1).map(({ document }) => [document.metadata.name, document.spec])).toEqual([
      ['ops-job', expect.objectContaining({ selector: { namespaces: ['ops'], names: ['job'] }, mode: 'discover' })],
      [
        'ops-probe',
        expect.objectContaining({ selector: { namespaces: ['ops'], labels: { matchLabels: { app: 'probe' } } } }),
      ],
    ]);
    expect(applied(learnt).groups).toHaveLength(5);
  });

  it('proposes one group for a namespace of which too many workloads are in none', () => {
    const jobs = Array.from(
      { length: 40 },
      (_, index): LearntEnd => ({ kind: 'workload', namespace: 'ci', name: `job-${index}`, groups: [] }),
    );
    const learnt = learn(
      jobs.map((job) => flow(job, SHOP, 80)),
      { asked: ['shop'] },
    );
    expect(words(specOf(learnt, 'shop').ingress)).toEqual(['ci-80: ci 80']);
    expect(textsOf(learnt)).toContainEqual(expect.stringContaining('the namespace ci are in no group'));
  });

  it('keeps names valid, and those of different things apart', () => {
    const long = 'a'.repeat(63);
    const groups = policyOf(
      writeDocuments([groupDocument(long, 'discover'), groupDocument('b-c', 'discover', { names: ['none'] })]),
    ).groups;
    const ends = [
      ['a', 'b-c'],
      ['a-b', 'c'],
      [undefined, 'b-c'],
      [undefined, '☃'],
    ] as const;
    const flows = ends.map(([namespace, name]) =>
      flow(
        { kind: 'workload', ...(namespace !== undefined && { namespace }), name, groups: [] },
        workload('x', long),
        80,
      ),
    );
    const learnt = learnNetwork({ groups, ruleSets: [], flows, asked: [long] });
    const policy = applied(learnt, 'protect', [
      groupDocument(long, 'protect'),
      groupDocument('b-c', 'protect', { names: ['none'] }),
    ]);
    expect(policy.groups).toHaveLength(6);
    expect(policy.network[0]?.name).toMatch(/^a{54}-[0-9a-f]{8}$/);
  });

  it('says which rule sets it comes beside, and which it takes the place of', () => {
    const before = learn([flow(WEB, SHOP, 80)], { asked: ['shop'] });
    const { network } = applied(before);
    const own = network.map((set) => ({ ...set, name: 'by-hand' }));
    expect(
      textsOf(learn([flow(WEB, SHOP, 80)], { asked: ['shop'], ruleSets: [...network, ...own] })).slice(-2),
    ).toEqual([
      'note shop: replaces the rule set shop-learned that is there',
      'note shop: beside by-hand: what those deny or allow they go on to',
    ]);
    const elsewhere = network.map((set) => ({ ...set, groups: ['web'] }));
    expect(textsOf(learn([flow(WEB, SHOP, 80)], { asked: ['shop'], ruleSets: elsewhere }))).toContain(
      'note shop: replaces the rule set shop-learned that is there',
    );
  });

  it('says which addresses inside stand for whoever has them', () => {
    const clients = ['10.1.1.1', 'fd00::1', '198.51.100.7'].map((client) => flow(at(client), SHOP, 80));
    expect(textsOf(learn(clients, { asked: ['shop'] })).at(-1)).toBe(
      'note shop: 2 private addresses stand for whoever has them: should they change, the new ones are cut: 10.1.1.1, fd00::1',
    );
  });

  it('names flows that no rule can', () => {
    const learnt = learn([flow(WEB, SHOP, 0), flow(at('nowhere'), SHOP, 80), flow(WEB, SHOP, 80)], { asked: ['shop'] });
    expect(textsOf(learnt)[0]).toBe(
      'warning shop: 2 flows cannot be named by rules, and would be cut: from nowhere on 80/tcp, from web on 0/tcp',
    );
  });

  // Few of everything, so that flows share peers and ports.
  const end = fc.oneof(
    fc.constantFrom<LearntEnd>(WEB, SHOP, DB, workload('both', 'web', 'shop'), workload('new'), { kind: 'node' }),
    fc
      .tuple(fc.nat(7), fc.boolean(), fc.option(fc.constantFrom('a.example.com', 'b.example.com'), { nil: undefined }))
      .map(([last, v6, domain]) => at(v6 ? `2001:db8::${last}` : `192.0.2.${last}`, domain)),
  );
  const application = fc.option(fc.constantFrom('http1', 'grpc', 'tls', 'dns', 'raw', 'redis'), { nil: undefined });
  const anyFlow = fc
    .record({
      client: end,
      server: end,
      protocol: fc.constantFrom(...FLOW_PROTOCOLS),
      port: fc.constantFrom(53, 80, 81, 82, 443),
      application,
      verdict: fc.constantFrom('allow', 'alert', 'block'),
      seenBy: fc.constantFrom<LearntFlow['seenBy']>(['client'], ['server'], ['client', 'server']),
    })
    .map(({ application: spoken, port, ...one }) =>
      flow(one.client, one.server, port, {
        ...one,
        ...(spoken !== undefined && { application: spoken }),
      }),
    )
    .map(
      ({ port, ...one }): LearntFlow =>
        one.protocol === 'icmp' ? one : { ...one, ...(port !== undefined && { port }) },
    );
  const flows = fc.array(anyFlow, { maxLength: 30 });

  function decided({ client, server, application: spoken, ...one }: LearntFlow, policy: Policy): string {
    const endOf = (side: LearntEnd, isServer: boolean): FlowEnd => {
      if (side.kind === 'node') return { groups: [], isNode: true };
      if (side.kind === 'address') {
        const domains = isServer && side.domain !== undefined ? [side.domain] : [];
        return { groups: [], address: side.address, domains };
      }
      const selectable = { name: side.name, namespace: 'shop', labels: {}, owners: [] };
      return { groups: [...side.groups, ...selectGroups(selectable, policy.groups).map(({ name }) => name)] };
    };
    const flowOf = { ...one, ...(spoken !== undefined && { application: spoken }) };
    return evaluateFlow({ client: endOf(client, false), server: endOf(server, true), ...flowOf }, policy).verdict;
  }

  it('is valid with the policy, and denies nothing that was seen and allowed', () => {
    fc.assert(
      fc.property(flows, fc.boolean(), (all, applications) => {
        const policy = applied(learn(all, { applications }));
        expect(all.filter((one) => one.verdict !== 'block' && decided(one, policy) !== 'allow')).toEqual([]);
      }),
    );
  });

  it('denies a peer or a port that was never seen with a group that was watched', () => {
    const service = ({ client, server, protocol, port }: LearntFlow): string =>
      JSON.stringify([client, server, protocol, port].map((part) => (part as LearntEnd | undefined) ?? null));
    fc.assert(
      fc.property(flows, anyFlow, (all, stranger) => {
        const learnt = learn(all);
        const watched = new Set(learnt.documents.map(({ document }) => document.metadata.name));
        const isHeld = [stranger.client, stranger.server].some(
          (side) => side.kind === 'workload' && side.groups.some((name) => watched.has(`${name}-learned`)),
        );
        // By the name of a group one peer of it speaks for all, by a domain one address for all, and DNS over UDP for that over TCP.
        const isNew = (other: LearntFlow): boolean => other.verdict === 'block' || !mayStandFor(other, stranger);
        fc.pre(isHeld && all.every(isNew) && all.every((other) => service(other) !== service(stranger)));
        expect(decided(stranger, applied(learnt))).toBe('deny');
      }),
    );
  });

  function mayStandFor(seen: LearntFlow, other: LearntFlow): boolean {
    const isSamePort = seen.protocol === other.protocol && seen.port === other.port;
    const isDns = seen.protocol === 'udp' && seen.port === 53 && other.protocol === 'tcp' && other.port === 53;
    const alike = (a: LearntEnd, b: LearntEnd): boolean => {
      if (a.kind === 'workload' && b.kind === 'workload')
        return a.name === b.name || a.groups.some((name) => b.groups.includes(name));
      if (a.kind === 'address' && b.kind === 'address')
        return a.address === b.address || (a.domain !== undefined && a.domain === b.domain);
      return a.kind === b.kind;
    };
    return (isSamePort || isDns) && alike(seen.client, other.client) && alike(seen.server, other.server);
  }

  it('says the same of the same flows in any order, told at once or in parts', () => {
    fc.assert(
      fc.property(flows, (all) => {
        const parts = all.flatMap((one) => [{ ...one, sessions: 0 }, one]);
        expect(learn(parts.toReversed())).toEqual(learn(all));
      }),
    );
  });
});
