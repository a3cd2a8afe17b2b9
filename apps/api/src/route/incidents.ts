import { INCIDENT_STATES } from '@bulkhead/control-plane';
import { SEVERITIES } from '@bulkhead/core';
import { z } from 'zod';
import { actorOf } from '../access/principal.ts';
import type { ApiContext } from '../context.ts';
import { mayIn, namespacesOf, principalOf } from '../http/access.ts';
import { HttpProblem } from '../http/problem.ts';
import { keepable, Name, PageQuery, pageOf, RowId } from '../http/schema.ts';
import type { Api } from '../http/server.ts';

const MAX_NOTE = 2_000;

const IncidentAnswer = z.object({
  id: z.number(),
  kind: z.string(),
  title: z.string(),
  severity: z.enum(SEVERITIES),
  namespace: z.string().optional(),
  workload: z.string().optional(),
  rule: z.string().optional().describe('The ResponseRule that asked for it.'),
  state: z.enum(INCIDENT_STATES),
  count: z.number(),
  firstSeen: z.string(),
  lastSeen: z.string(),
  lastEvent: z.number(),
  changedBy: z.string().optional(),
  changedAt: z.string().optional(),
  note: z.string().optional(),
});

/** What people must look at. */
export function addIncidentRoutes(app: Api, { store, clock }: ApiContext): void {
  app.get(
    '/api/v1/incidents',
    {
      config: { access: 'incidents:read' },
      schema: {
        summary: 'List incidents, the latest first',
        tags: ['incidents'],
        querystring: PageQuery.extend({ namespace: Name.optional(), state: z.enum(INCIDENT_STATES).optional() }),
        response: { 200: pageOf(IncidentAnswer) },
      },
    },
    async (request) => {
      const { namespace, state, ...page } = request.query;
      return store.incidents.list({ ...namespacesOf(request, 'incidents:read', namespace), state }, page);
    },
  );

  app.get(
    '/api/v1/incidents/:id',
    {
      config: { access: 'incidents:read' },
      schema: {
        summary: 'Show an incident',
        tags: ['incidents'],
        params: z.strictObject({ id: RowId }),
        response: { 200: IncidentAnswer },
      },
    },
    async (request) => {
      const incident = await store.incidents.get(request.params.id);
      if (incident !== undefined && mayIn(request, 'incidents:read', incident.namespace)) return incident;
      throw noIncident();
    },
  );

  app.patch(
    '/api/v1/incidents/:id',
    {
      config: { access: 'incidents:write', action: 'incident.change' },
      schema: {
        summary: 'Acknowledge, close or open an incident',
        tags: ['incidents'],
        params: z.strictObject({ id: RowId }),
        body: z.strictObject({ state: z.enum(INCIDENT_STATES), note: keepable(MAX_NOTE).optional() }),
        response: { 200: IncidentAnswer },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { state, note } = request.body;
      request.audited = { target: String(id), detail: { state, note } };
      const incident = await store.incidents.get(id);
      if (incident === undefined || !mayIn(request, 'incidents:write', incident.namespace)) throw noIncident();
      const by = actorOf(principalOf(request));
      const outcome = await store.incidents.change(id, { state, note, by, at: new Date(clock.now()).toISOString() });
      if (outcome === 'conflict') throw new HttpProblem(409, 'Another incident of the same cause is open.');
      const changed = await store.incidents.get(id);
      if (changed === undefined) throw noIncident();
      return changed;
    },
  );
}

function noIncident(): HttpProblem {
  return new HttpProblem(404, 'There is no incident of this id.');
}
