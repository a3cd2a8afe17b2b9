import { MODES } from '@bulkhead/core';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import type { Api } from '../http/server.ts';

const GroupAnswer = z.object({
  name: z.string(),
  description: z.string(),
  mode: z.enum(MODES),
  sensors: z.array(z.string()).readonly(),
});

/** The groups of the policy in force. */
export function addGroupRoutes(app: Api, { policy }: ApiContext): void {
  app.get(
    '/api/v1/groups',
    {
      config: { access: 'policies:read' },
      schema: {
        summary: 'List groups',
        tags: ['groups'],
        response: { 200: z.object({ items: z.array(GroupAnswer).readonly() }) },
      },
    },
    async () => ({
      items: policy.current.policy.groups.map(({ name, description, mode, sensors }) => ({
        name,
        description,
        mode,
        sensors: sensors.map((binding) => (typeof binding === 'string' ? binding : binding.name)),
      })),
    }),
  );
}
