import { API_VERSION, type DocumentKind, type Sensor } from '@bulkhead/core';
import { type ClusterWorkload, readPolicy, SnapshotCompiler } from '@bulkhead/policy';
import { type Measure, median } from '../measure.ts';

const WORKLOADS = 5_000;
const GROUPS = 250;
const RULES = 500;
const NODES = 100;
const ROUNDS = 5;
const CHANGES = 200;

const NO_SENSORS: DocumentKind<Sensor> = { kind: 'DataSensor', parse: () => ({ ok: false, problems: [] }) };

/** From the policy's text and the workloads of a cluster to the snapshots of all nodes, and what one label costs then. */
export async function benchPolicy(): Promise<readonly Measure[]> {
  const text = documents()
    .map((document) => JSON.stringify(document))
    .join('\n---\n');
  const read = processorMs();
  const outcome = readPolicy([{ file: 'policy', text }], { kind: NO_SENSORS, provided: [] });
  const readMs = processorMs() - read;
  if (!outcome.ok) throw new Error(outcome.problems[0]?.message);
  const workloads = Array.from({ length: WORKLOADS }, (_, index) => workload(index, index % GROUPS));

  const fromScratch: number[] = [];
  let compiler: SnapshotCompiler | undefined;
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = processorMs();
    compiler = new SnapshotCompiler(outcome, workloads);
    for (let node = 0; node < NODES; node += 1) compiler.snapshotFor(nodeName(node));
    fromScratch.push(processorMs() - start);
  }

  const changes: number[] = [];
  let nodes = 0;
  for (let change = 0; change < CHANGES; change += 1) {
    const start = processorMs();
    const changed = compiler?.put(workload(change * 7, (change * 7 + 1 + (change % 3)) % GROUPS)) ?? [];
    for (const node of changed) compiler?.snapshotFor(node);
    changes.push(processorMs() - start);
    nodes += changed.length;
  }
  const detail = { workloads: WORKLOADS, rules: RULES, groups: GROUPS, nodes: NODES };
  return [
    {
      name: 'policy: snapshots of all nodes from scratch',
      value: median(fromScratch),
      unit: 'ms',
      bar: 1_000,
      atMost: true,
      detail: { ...detail, 'reading the documents, ms': readMs },
    },
    {
      name: 'policy: one changed label',
      value: changes.toSorted((a, b) => a - b)[Math.floor(CHANGES * 0.99)] ?? Number.NaN,
      unit: 'ms',
      bar: 20,
      atMost: true,
      detail: { 'median, ms': median(changes), changes: CHANGES, 'nodes concerned by one': nodes / CHANGES },
    },
  ];
}

/** Of this thread: what else runs on the machine is not counted as ours. */
function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

function documents(): readonly object[] {
  const document = (kind: string, name: string, spec: object) => ({
    apiVersion: API_VERSION,
    kind,
    metadata: { name },
    spec,
  });
  const groups = Array.from({ length: GROUPS }, (_, index) =>
    document('WorkloadGroup', groupName(index), {
      selector: { namespaces: [`team-${index % 25}`, '*'], labels: { matchLabels: { app: `app-${index}` } } },
      mode: 'protect',
    }),
  );
  const rulesOfSet = RULES / GROUPS;
  const sets = Array.from({ length: GROUPS }, (_, index) =>
    document('NetworkRuleSet', groupName(index), {
      groups: [groupName(index)],
      ingress: Array.from({ length: rulesOfSet }, (__, rule) => ({
        name: `rule-${rule}`,
        action: 'allow',
        peers: [groupName((index + rule * 3 + 1) % GROUPS), groupName((index + rule * 5 + 2) % GROUPS)],
        ports: [8_000 + rule],
      })),
      allowCuttingProbes: true,
    }),
  );
  return [...groups, ...sets];
}

function workload(index: number, app: number): ClusterWorkload {
  return {
    id: `pod-${index}`,
    name: `pod-${index}`,
    namespace: `team-${app % 25}`,
    labels: { app: `app-${app}`, 'pod-template-hash': String(index * 7_919), tier: `tier-${index % 4}` },
    owners: [{ kind: 'ReplicaSet', name: `app-${app}-7d4f` }],
    node: nodeName(index % NODES),
    addresses: [`10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`, `fd00::${index.toString(16)}`],
  };
}

const groupName = (index: number): string => `group-${index}`;
const nodeName = (index: number): string => `node-${index}`;
