import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requirePolicy } from '@bulkhead/policy';
import { openStore } from '@bulkhead/store';
import { describe, expect, it } from 'vitest';
import { LANGUAGE } from '../policy/language.ts';
import { applicationRules, type FailingPlace } from './application-rules.ts';
import { failingPlaces } from './failing-places.ts';

const HEAD = { apiVersion: 'bulkhead.io/v1alpha1' };
const group = (name: string, mode: string, more: object = {}) => ({
  ...HEAD,
  kind: 'WorkloadGroup',
  metadata: { name },
  spec: { selector: { labels: { matchLabels: { app: name } } }, mode, ...more },
});
const set = (groups: readonly string[], rules: object) => ({
  ...HEAD,
  kind: 'NetworkRuleSet',
  metadata: { name: 'web' },
  spec: { groups, ...rules },
});
const RULES = {
  ingress: [
    { name: 'pages', action: 'allow', ports: [8080], applications: ['http'] },
    { name: 'probes', action: 'allow', ports: [9090] },
  ],
};

function said(documents: readonly object[], failing: readonly FailingPlace[] = []) {
  const sources = documents.map((document, index) => ({ file: `${index}`, text: JSON.stringify(document) }));
  const policy = requirePolicy(sources, LANGUAGE);
  const [first] = policy.network;
  if (first === undefined) throw new Error('there is no rule set');
  return applicationRules(first, policy, failing);
}

describe('applicationRules', () => {
  it('are nothing where no rule names applications', () => {
    expect(said([group('shop', 'protect'), set(['shop'], { ingress: RULES.ingress.slice(1) })])).toBeUndefined();
  });

  it('are enforced in groups that protect, and told of as such by rule and group elsewhere', () => {
    const groups = [
      group('bank', 'monitor'),
      group('lab', 'discover'),
      group('shop', 'protect', { onFailure: 'closed' }),
    ];
    expect(said([...groups, set(['shop', 'bank', 'lab'], RULES)])).toEqual({
      summary: 'rule pages (ingress) in group shop',
      notEnforced: [
        { where: 'rule pages (ingress) in group bank', why: expect.stringContaining('monitor') },
        { where: 'rule pages (ingress) in group lab', why: expect.stringContaining('discover') },
      ],
    });
  });

  it('say what is left of them while no agent runs', () => {
    expect(said([group('shop', 'protect', { onFailure: 'open' }), set(['shop'], RULES)])?.summary).toBe(
      'rule pages (ingress) in group shop; while no agent runs by peers and ports alone in shop',
    );
    expect(said([group('shop', 'monitor'), set(['shop'], RULES)])?.summary).toBe('rule pages (ingress) in no group');
  });

  it('are not where a node or a workload of their groups is not held to its policy', () => {
    const failing = [
      { where: 'node b', why: 'its agent has not answered yet' },
      { where: 'workload w on node a', why: 'no queue', groups: new Set(['shop']) },
      { where: 'workload v on node a', why: 'no queue', groups: new Set(['other']) },
    ];
    expect(said([group('shop', 'protect'), set(['shop'], RULES)], failing)?.notEnforced).toEqual([
      { where: 'rule pages (ingress) on node b', why: 'its agent has not answered yet' },
      { where: 'rule pages (ingress) on workload w on node a', why: 'no queue' },
    ]);
  });
});

it('places that fail have the groups of the workload that is there, however many others fail before it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-places-'));
  const store = await openStore({ file: join(folder, 'store.db') });
  try {
    await store.agents.enrol({ id: 'a', node: 'n', enrolledAt: '' });
    const workload = { id: 'w', name: 'w', labels: { app: 'shop' }, owners: [], addresses: [] };
    const others = Array.from({ length: 700 }, (_, at) => ({ ...workload, id: `o${at}`, labels: { app: 'other' } }));
    await store.workloads.replace('a', [workload, ...others], '');
    const documents = [group('shop', 'protect'), group('other', 'protect'), set(['shop'], RULES)];
    const sources = documents.map((document, index) => ({ file: `${index}`, text: JSON.stringify(document) }));
    const notEnforced = [
      { where: 'node n', why: 'away' },
      ...others.map(({ id }) => ({ where: id, why: 'no queue', workload: id })),
      { where: 'w', why: 'no queue', workload: 'w' },
      { where: 'gone', why: 'no queue', workload: 'gone' },
    ];
    const standing = { nodes: 1, enforcing: 0, notEnforced };
    expect(await failingPlaces(standing, requirePolicy(sources, LANGUAGE), store.workloads)).toEqual([
      { where: 'node n', why: 'away' },
      { where: 'w', why: 'no queue', groups: new Set(['shop']) },
    ]);
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
});
