import { type KnownWorkload, QUARANTINE_STATES } from '@bulkhead/control-plane';
import { MODES } from '@bulkhead/core';
import { selectGroups } from '@bulkhead/policy';
import type { CommandOutcome } from '@bulkhead/rpc';
import type { BegunNodeScan } from '@bulkhead/store';
import { z } from 'zod';
import { actorOf } from '../access/principal.ts';
import { selectable } from '../agent/selectable.ts';
import type { ApiContext } from '../context.ts';
import { mayIn, namespacesOf, principalOf } from '../http/access.ts';
import { HttpProblem } from '../http/problem.ts';
import { keepable, Name, PageQuery, pageOf, StringMap } from '../http/schema.ts';
import type { Api } from '../http/server.ts';
import { beginScan } from '../node-scan/begin-scan.ts';

/** A container's id has 64 characters, a path of a network namespace some more. */
const MAX_ID = 512;
const MAX_CAPTURE_SECONDS = 600;
const MAX_CAPTURE_BYTES = 256 * 1024 * 1024;

const QuarantineAnswer = z.object({
  cause: z.object({ kind: z.enum(['rule', 'person']), name: z.string() }).describe('The ResponseRule, or who it was.'),
  reason: z.string(),
  since: z.string(),
  state: z.enum(QUARANTINE_STATES).describe('done: its agent has cut it off.'),
  problem: z.string().optional().describe('Why it is not cut off yet.'),
});

const WorkloadAnswer = z.object({
  id: z.string(),
  name: z.string(),
  namespace: z.string().optional(),
  node: z.string(),
  agent: z.string(),
  labels: StringMap.readonly(),
  owners: z.array(z.object({ kind: z.string(), name: z.string() })).readonly(),
  addresses: z.array(z.string()).readonly(),
  groups: z.array(z.object({ name: z.string(), mode: z.enum(MODES) })).readonly(),
  enforced: z.boolean().optional().describe('Whether its agent holds it to its groups; absent where none selects it.'),
  problem: z.string().optional().describe('Why it does not.'),
  quarantine: QuarantineAnswer.optional().describe('Absent where no command has cut it off.'),
  firstSeen: z.string(),
  lastSeen: z.string(),
});

const Action = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('quarantine'), reason: keepable(500) }),
  z.strictObject({ kind: z.literal('release') }),
  z.strictObject({
    kind: z.literal('capture'),
    seconds: z.int().min(1).max(MAX_CAPTURE_SECONDS),
    maxBytes: z.int().min(1).max(MAX_CAPTURE_BYTES),
  }),
  z.strictObject({ kind: z.literal('scan') }),
]);
/** What became of what an agent was asked to do. */
export const ActionAnswer = z.object({
  outcome: z.enum(['done', 'failed', 'unsupported']),
  message: z.string(),
  scan: z
    .string()
    .optional()
    .describe(
      'The scan: /api/v1/scans/SCAN says how far it is. The events "scan-written" and "scan-failed" call it so.',
    ),
});

/** What runs, what holds it, and what its agent can be told to do with it. */
export function addWorkloadRoutes(app: Api, { store, policy, agents, clock }: ApiContext): void {
  /** By the policy of now: what an agent reported is not older by a change of labels of a group. */
  const answer = (workload: KnownWorkload): z.input<typeof WorkloadAnswer> => {
    const { id, name, namespace, node, agent, labels, owners, addresses, firstSeen, lastSeen } = workload;
    const { enforced, problem, quarantine } = workload;
    const selected = selectGroups(selectable(workload), policy.current.policy.groups);
    const groups = selected.map((group) => ({ name: group.name, mode: group.mode }));
    const said = { enforced, problem, quarantine, groups, firstSeen, lastSeen };
    return { id, name, namespace, node, agent, labels, owners, addresses, ...said };
  };

  const act = (
    workload: KnownWorkload,
    action: z.output<typeof Action>,
    by: string,
  ): Promise<CommandOutcome | undefined> => {
    if (action.kind === 'scan') return beginScan(placeOf(workload), { agents, nodeScans: store.nodeScans, clock });
    if (action.kind !== 'capture') return agents.settle(workload, action, by);
    return agents.command(workload.agent, { ...action, workloadId: workload.id }).catch(() => undefined);
  };

  app.get(
    '/api/v1/workloads',
    {
      config: { access: 'workloads:read' },
      schema: {
        summary: 'List workloads',
        tags: ['workloads'],
        querystring: PageQuery.extend({
          namespace: Name.optional(),
          node: Name.optional(),
          quarantined: z.literal('true').optional().describe('Only those that are cut off by a command or a rule.'),
        }),
        response: { 200: pageOf(WorkloadAnswer) },
      },
    },
    async (request) => {
      const { namespace, node, quarantined, ...page } = request.query;
      const where = namespacesOf(request, 'workloads:read', namespace);
      const { items, next } = await store.workloads.list({ ...where, node, quarantined: quarantined === 'true' }, page);
      return { items: items.map(answer), ...(next !== undefined && { next }) };
    },
  );

  app.get(
    '/api/v1/workloads/:id',
    {
      config: { access: 'workloads:read' },
      schema: {
        summary: 'Show a workload',
        tags: ['workloads'],
        params: z.strictObject({ id: keepable(MAX_ID) }),
        response: { 200: WorkloadAnswer },
      },
    },
    async (request) => {
      const workload = await store.workloads.get(request.params.id);
      if (workload !== undefined && mayIn(request, 'workloads:read', workload.namespace)) return answer(workload);
      throw noWorkload();
    },
  );

  app.post(
    '/api/v1/workloads/:id/actions',
    {
      config: { access: 'workloads:write', action: 'workload.action' },
      schema: {
        summary: 'Have the agent quarantine, release, capture or scan a workload',
        tags: ['workloads'],
        params: z.strictObject({ id: keepable(MAX_ID) }),
        body: Action,
        response: { 200: ActionAnswer },
      },
    },
    async (request) => {
      const { id } = request.params;
      request.audited = { target: id, detail: { ...request.body } };
      const workload = await store.workloads.get(id);
      if (workload === undefined || !mayIn(request, 'workloads:write', workload.namespace)) throw noWorkload();
      const outcome = await act(workload, request.body, actorOf(principalOf(request)));
      if (outcome === undefined) throw new HttpProblem(503, 'The agent of its node does not answer now.');
      request.audited.detail = { ...request.body, outcome: outcome.outcome };
      return outcome;
    },
  );
}

function placeOf({ agent, node, id, name, namespace, owners }: KnownWorkload): Omit<BegunNodeScan, 'scan'> {
  const pod = owners.find(({ kind }) => kind === 'Pod')?.name;
  const whose = { ...(namespace !== undefined && { namespace }), ...(pod !== undefined && { pod }) };
  return { agent, node, workload: { id, name, ...whose } };
}

function noWorkload(): HttpProblem {
  return new HttpProblem(404, 'There is no workload of this id.');
}
