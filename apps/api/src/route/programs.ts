import { RULE_VERDICTS } from '@bulkhead/core';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { namespacesOf } from '../http/access.ts';
import { keepable, Moment, Name, PageQuery, pageOf } from '../http/schema.ts';
import type { Api } from '../http/server.ts';

/** The kernel's bound of a path. */
const MAX_PATH = 4_096;

const ProgramAnswer = z.object({
  id: z.number(),
  namespace: z.string().optional(),
  workload: z.string().describe('Of what runs it: all pods of a deployment are one.'),
  container: z.string(),
  groups: z
    .array(z.string())
    .readonly()
    .describe('Those that selected the container when it was last told of, 32 at most.'),
  executable: z.string().describe('Absolute path, as the container sees it.'),
  user: z.number().optional().describe('As the machine counts; absent where it could not be told any more.'),
  fromImage: z
    .boolean()
    .optional()
    .describe('Whether it is a file of the image, as the image has it; absent where nobody knows.'),
  verdict: z.enum(RULE_VERDICTS),
  count: z.number().describe('How often it was run.'),
  firstSeen: z.string(),
  lastSeen: z.string(),
});

/** What containers run, summed up. */
export function addProgramRoutes(app: Api, { store }: ApiContext): void {
  app.get(
    '/api/v1/programs',
    {
      config: { access: 'flows:read' },
      schema: {
        summary: 'List the programs that containers run, the latest seen first',
        tags: ['programs'],
        querystring: PageQuery.extend({
          namespace: Name.optional().describe('Only those that run there.'),
          workload: Name.optional().describe('Only those of this workload.'),
          executable: keepable(MAX_PATH).optional().describe('Only this one, by its path.'),
          verdict: z.enum(RULE_VERDICTS).optional(),
          since: Moment.optional().describe('Last seen at or after.'),
        }),
        response: { 200: pageOf(ProgramAnswer) },
      },
    },
    async (request) => {
      const { namespace, limit, after, ...filter } = request.query;
      return store.programs.list({ ...namespacesOf(request, 'flows:read', namespace), ...filter }, { limit, after });
    },
  );
}
