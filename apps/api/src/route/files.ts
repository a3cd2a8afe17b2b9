import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { namespacesOf } from '../http/access.ts';
import { pageOf } from '../http/schema.ts';
import type { Api } from '../http/server.ts';
import { AskedPath, ContainerAnswer, ContainerQuery } from './container-use.ts';

const FileAnswer = ContainerAnswer.extend({
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
  count: z.number().describe('How often it was written.'),
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
        querystring: ContainerQuery.extend({
          path: AskedPath.optional().describe('Only this one.'),
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
