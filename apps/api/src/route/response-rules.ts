import { RESPONSE_ACTIONS, RESPONSE_EVENTS } from '@bulkhead/policy';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import type { Api } from '../http/server.ts';

const RuleAnswer = z.object({
  name: z.string(),
  description: z.string(),
  groups: z.array(z.string()).readonly(),
  events: z.array(z.enum(RESPONSE_EVENTS)).readonly(),
  actions: z.array(z.enum(RESPONSE_ACTIONS)).readonly(),
  quarantined: z.number().describe('Network namespaces that it holds cut off.'),
  stopped: z
    .object({ incident: z.number(), since: z.string() })
    .optional()
    .describe('It would have cut off too much: it cuts off nobody until that incident is closed.'),
});

/** The ResponseRules of the policy in force, and what they have come to. */
export function addResponseRuleRoutes(app: Api, { policy, store }: ApiContext): void {
  app.get(
    '/api/v1/response-rules',
    {
      config: { access: 'policies:read' },
      schema: {
        summary: 'List response rules and what they hold',
        tags: ['policies'],
        response: { 200: z.object({ items: z.array(RuleAnswer).readonly() }) },
      },
    },
    async () => {
      const standing = await store.quarantines.standing();
      return {
        items: policy.current.policy.responses.map(({ name, description, groups, when: { events }, actions }) => {
          const { held = 0, stopped } = standing.get(name) ?? {};
          return { name, description, groups, events, actions, quarantined: held, stopped };
        }),
      };
    },
  );
}
