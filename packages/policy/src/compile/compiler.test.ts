import type { WorkloadGroup } from '@bulkhead/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseNetworkRuleSet } from '../network/kind.ts';
import type { NetworkRuleSet } from '../network/rule-set.ts';
import { selects } from '../selection/select.ts';
import type { ClusterService } from './cluster-service.ts';
import type { ClusterWorkload } from './cluster-workload.ts';
import { SnapshotCompiler } from './compiler.ts';
import { type PolicyDocument, parseSnapshot } from './snapshot.ts';

const API_VERSION = 'bulkhead.io/v1alpha1';

function group(name: string, selector: WorkloadGroup['selector']): WorkloadGroup {
  const rest = { description: '', mode: 'protect', sensors: [], hooks: [], onFailure: 'open', exceptions: {} } as const;
  return { name, selector, capture: false, ...rest };
}

function byApp(app: string): WorkloadGroup {
  return group(app, { labels: { matchLabels: { app }, matchExpressions: [] } });
}

function ruleSetDocument(name: string, groups: readonly string[], peers: readonly string[]): PolicyDocument {
  const ingress = [{ name: 'peers', action: 'allow', peers }];
  return { apiVersion: API_VERSION, kind: 'NetworkRuleSet', metadata: { name }, spec: { groups, ingress } };
}

function ruleSetOf(document: PolicyDocument): NetworkRuleSet {
  const parsed = parseNetworkRuleSet(document);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
}

function workload(id: string, node: string, app: string, ...addresses: readonly string[]): ClusterWorkload {
  return { id, name: id, namespace: 'shop', labels: { app }, owners: [], node, addresses };
}

function service(id: string, port: number, ...pods: readonly string[]): ClusterService {
  const ends = pods.map((address) => ({ address, isPod: true }));
  return { id, addresses: [`10.96.0.${port}`], ports: [{ protocol: 'tcp', port, to: [{ port: 8080, ends }] }] };
}

const RULES = ruleSetDocument('api-rules', ['api'], ['web']);
const INPUT = {
  policy: { groups: [byApp('api'), byApp('web'), byApp('db')], network: [ruleSetOf(RULES)] },
  documents: [{ ...RULES, kind: 'AdmissionPolicy' }, RULES],
};

describe('SnapshotCompiler', () => {
  it('gives a node the addresses of the peers of its workloads, wherever those run', () => {
    const compiler = new SnapshotCompiler(INPUT, [
      workload('a', 'one', 'api', '10.0.0.1'),
      workload('b', 'two', 'web', '10.0.0.3', 'fd00::3'),
      workload('c', 'two', 'web', '10.0.0.2'),
      workload('d', 'two', 'db', '10.0.0.4'),
    ]);

    expect(compiler.snapshotFor('one').members).toEqual({ web: ['10.0.0.2', '10.0.0.3', 'fd00::3'] });
    expect(compiler.snapshotFor('two').members).toEqual({});
  });

  it('gives a node the services in front of the peers of its workloads, and names it when they change', () => {
    const compiler = new SnapshotCompiler(INPUT, [
      workload('a', 'one', 'api', '10.0.0.1'),
      workload('b', 'two', 'web', '10.0.0.2'),
    ]);
    const { version } = compiler.snapshotFor('one');
    compiler.snapshotFor('two');
    expect(compiler.snapshotFor('one')).not.toHaveProperty('services');

    expect(compiler.putService(service('shop/web', 80, '10.0.0.2', '10.0.0.3'))).toEqual(['one']);
    const web = { address: '10.96.0.80', protocol: 'tcp', port: 80, to: [{ port: 8080, groups: [['web']] }] };
    expect(compiler.snapshotFor('one').services).toEqual([web]);
    expect(compiler.snapshotFor('two')).not.toHaveProperty('services');
    expect(compiler.putService(service('shop/web', 80, '10.0.0.2', '10.0.0.3'))).toEqual([]);
    expect(compiler.putService(service('shop/api', 81, '10.0.0.1'))).toEqual([]);

    // Another one behind it that is in no group of the rules: the service leads elsewhere too.
    expect(compiler.put(workload('c', 'three', 'db', '10.0.0.3'))).toEqual(['one']);
    expect(compiler.snapshotFor('one').services).toEqual([{ ...web, to: [{ port: 8080, groups: [['db'], ['web']] }] }]);
    expect(compiler.withPolicy(INPUT).snapshotFor('one')).toEqual(compiler.snapshotFor('one'));

    expect(compiler.removeService('shop/web')).toEqual(['one']);
    expect(compiler.removeService('shop/web')).toEqual([]);
    compiler.remove('c');
    expect(compiler.snapshotFor('one').version).toBe(version);
  });

  it('tells every node with rules about groups of a service that may lead to anybody, and that it is needed', () => {
    const compiler = new SnapshotCompiler(INPUT, [workload('a', 'one', 'api', '10.0.0.1')]);
    const before = compiler.snapshotFor('one');
    compiler.snapshotFor('two');

    const endless = { id: 'shop/wide', addresses: ['10.96.0.7'], ports: [], tooManyEnds: 20_000 };
    expect(compiler.putService(endless)).toEqual(['one']);
    const { needs, unfollowed } = compiler.snapshotFor('one');
    expect({ needs, unfollowed }).toEqual({ needs: ['unfollowed'], unfollowed: [{ addresses: ['10.96.0.7'] }] });
    expect(parseSnapshot(JSON.parse(JSON.stringify(compiler.snapshotFor('one')))).ok).toBe(true);
    expect(compiler.leftOutFor('one').services).toEqual([{ id: 'shop/wide', cause: 'ends' }]);
    expect(compiler.leftOutFor('two').services).toEqual([]);
    expect(compiler.removeService('shop/wide')).toEqual(['one']);
    expect(compiler.snapshotFor('one')).toEqual(before);
  });

  it('tells nodes of another cluster of no services, where others have their addresses', () => {
    const compiler = new SnapshotCompiler(
      INPUT,
      [workload('a', 'one', 'api', '10.0.0.1'), workload('b', 'two', 'web', '10.0.0.2')],
      [service('shop/web', 80, '10.0.0.2')],
    );
    const before = compiler.snapshotFor('one');
    expect(before.services).toHaveLength(1);
    expect(compiler.isOfCluster('one')).toBe(true);

    expect(compiler.putNode('two')).toEqual(['one']);
    expect(compiler.isOfCluster('one')).toBe(false);
    const elsewhere = compiler.snapshotFor('one');
    expect(elsewhere).toEqual({ ...before, version: elsewhere.version, services: undefined });
    expect(elsewhere.version).not.toBe(before.version);
    expect(compiler.putService(service('shop/web', 81, '10.0.0.2'))).toEqual([]);
    expect(compiler.withPolicy(INPUT).snapshotFor('one')).toEqual(elsewhere);

    compiler.putService(service('shop/web', 80, '10.0.0.2'));
    expect(compiler.putNode('one')).toEqual(['one']);
    expect(compiler.snapshotFor('one')).toEqual(before);
    expect(compiler.removeNode('one')).toEqual(['one']);
    expect(compiler.removeNode('two')).toEqual(['one']);
    expect(compiler.snapshotFor('one')).toEqual(before);
  });

  it('sends the documents that agents enforce to every node, also to an empty one', () => {
    expect(new SnapshotCompiler(INPUT).snapshotFor('new').documents).toEqual([RULES]);
  });

  it('names the nodes that a changed label concerns, and no others', () => {
    const compiler = new SnapshotCompiler(INPUT, [
      workload('a', 'one', 'api', '10.0.0.1'),
      workload('b', 'two', 'db', '10.0.0.2'),
      workload('c', 'three', 'db', '10.0.0.3'),
    ]);
    for (const node of ['one', 'two', 'three']) compiler.snapshotFor(node);

    expect(compiler.put(workload('b', 'two', 'web', '10.0.0.2'))).toEqual(['one']);
    expect(compiler.snapshotFor('one').members).toEqual({ web: ['10.0.0.2'] });
    expect(compiler.put(workload('b', 'two', 'web', '10.0.0.2'))).toEqual([]);
    expect(compiler.put(workload('b', 'two', 'web', '10.0.0.9'))).toEqual(['one']);
    expect(compiler.remove('b')).toEqual(['one']);
    expect(compiler.snapshotFor('one').members).toEqual({ web: [] });
    expect(compiler.remove('unknown')).toEqual([]);
  });

  it('counts an address that containers of a pod share until the last of them is gone', () => {
    const compiler = new SnapshotCompiler(INPUT, [
      workload('a', 'one', 'api', '10.0.0.1'),
      workload('b', 'two', 'web', '10.0.0.2'),
      workload('c', 'two', 'web', '10.0.0.2'),
    ]);
    compiler.snapshotFor('one');
    expect(compiler.remove('b')).toEqual([]);
    expect(compiler.remove('c')).toEqual(['one']);
  });

  it('has one version for equal contents and another for any other', () => {
    const workloads = [workload('a', 'one', 'api', '10.0.0.1'), workload('b', 'two', 'web', '10.0.0.2')];
    const version = new SnapshotCompiler(INPUT, workloads).snapshotFor('one').version;

    expect(new SnapshotCompiler(INPUT, workloads.toReversed()).snapshotFor('one').version).toBe(version);
    const policy = { ...INPUT, documents: [{ ...RULES, spec: {} }] };
    expect(new SnapshotCompiler(INPUT, workloads).withPolicy(policy).snapshotFor('one').version).not.toBe(version);
    expect(new SnapshotCompiler(INPUT, workloads.slice(0, 1)).snapshotFor('one').version).not.toBe(version);
  });

  it('says after any changes what a compiler says that starts with what came of them', () => {
    const apps = ['api', 'web', 'db'];
    const change = fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd'),
      node: fc.constantFrom('one', 'two'),
      app: fc.constantFrom(...apps, 'other'),
      address: fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3'),
      gone: fc.boolean(),
    });
    const services = [service('shop/web', 80, '10.0.0.1', '10.0.0.2'), service('shop/db', 81, '10.0.0.3')];
    fc.assert(
      fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
        const compiler = new SnapshotCompiler(INPUT, [], services);
        const now = new Map<string, ClusterWorkload>();
        for (const { id, node, app, address, gone } of changes) {
          const before = ['one', 'two'].map((one) => compiler.snapshotFor(one));
          const one = workload(id, node, app, address);
          if (gone) now.delete(id);
          else now.set(id, one);
          const told = gone ? compiler.remove(id) : compiler.put(one);
          const fresh = new SnapshotCompiler(INPUT, now.values(), services);
          for (const [index, name] of ['one', 'two'].entries()) {
            expect(compiler.snapshotFor(name)).toEqual(fresh.snapshotFor(name));
            expect(told.includes(name)).toBe(before[index]?.version !== fresh.snapshotFor(name).version);
          }
        }
      }),
    );
  });

  it('finds by its index the groups whose selectors hold, whatever they ask for', () => {
    const labels = fc.record({ a: fc.constantFrom('1', '2'), b: fc.constantFrom('1', '2') }, { requiredKeys: [] });
    const expression = fc.oneof(
      fc.record({
        key: fc.constantFrom('a', 'b'),
        operator: fc.constant('In' as const),
        values: fc.constant(['1', '2']),
      }),
      fc.record({ key: fc.constant('a'), operator: fc.constant('DoesNotExist' as const), values: fc.constant([]) }),
    );
    const selector = fc.record(
      {
        namespaces: fc.constantFrom(['shop'], ['sh*'], ['shop', 'other']),
        names: fc.constantFrom(['*'], ['x']),
        labels: fc.record({ matchLabels: labels, matchExpressions: fc.array(expression, { maxLength: 2 }) }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(selector, labels, fc.constantFrom('shop', 'other', undefined), (wanted, own, namespace) => {
        const one = {
          ...workload('x', 'one', ''),
          labels: own as Record<string, string>,
          ...(namespace === undefined ? { namespace: '' } : { namespace }),
        };
        const compiler = new SnapshotCompiler(
          {
            policy: {
              groups: [group('g', wanted), byApp('api')],
              network: [ruleSetOf(ruleSetDocument('r', ['api'], ['g']))],
            },
            documents: [],
          },
          [{ ...one, addresses: ['10.0.0.1'] }, workload('y', 'one', 'api')],
        );
        const members = compiler.snapshotFor('one').members.g ?? [];
        expect(members.length === 1).toBe(selects(wanted as WorkloadGroup['selector'], one));
      }),
    );
  });
});
