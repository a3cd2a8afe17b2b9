import { RULE_VERDICTS } from '@bulkhead/core';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { namespacesOf } from '../http/access.ts';
import { keepable, Moment, Name, PageQuery, pageOf } from '../http/schema.ts';
import type { Api } from '../http/server.ts';

/** The kernel's bound of a path. */
const MAX_PATH = 4_096;

const FileAnswer = z.object({
  id: z.number(),
  namespace: z.string().optional(),
  workload: z.string().describe('Of what runs it: all pods of a deployment are one.'),
  container: z.string(),
  groups: z
    .array(z.string())
    .readonly()
    .describe('Those that selected the container when it was last told of, 32 at most.'),
  path: z.string().describe('Absolute path, as the container sees it.'),
  folder: z
    .literal(true)
    .optional()
    .describe('Anything in that folder, or in folders within: of so many names none is told by itself.'),
  executable: z
    .string()
    .optional()
    .describe('Who wrote it; absent where it could not be told any more, or several did.'),
  access: z.literal('write'),
  verdict: z.enum(RULE_VERDICTS),
  count: z.number().describe('How often it was written.'),
  firstSeen: z.string(),
  lastSeen: z.string(),
});

/** What containers write, summed up. */
export function addFileRoutes(app: Api, { store }: ApiContext): void {
  app.get(
    '/api/v1/files',
    {
      config: { access: 'flows:read' },
      schema: {
        summary: 'List the files that containers write, the latest seen first',
        tags: ['files'],
        querystring: PageQuery.extend({
          namespace: Name.optional().describe('Only those that are written there.'),
          workload: Name.optional().describe('Only those of this workload.'),
          path: keepable(MAX_PATH).optional().describe('Only this one.'),
          verdict: z.enum(RULE_VERDICTS).optional(),
          since: Moment.optional().describe('Last seen at or after.'),
        }),
        response: { 200: pageOf(FileAnswer) },
      },
    },
    async (request) => {
      const { namespace, limit, after, ...filter } = request.query;
      return store.files.list({ ...namespacesOf(request, 'flows:read', namespace), ...filter }, { limit, after });
    },
  );
}
