import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { namespacesOf } from '../http/access.ts';
import { pageOf } from '../http/schema.ts';
import type { Api } from '../http/server.ts';
import { AskedPath, ContainerAnswer, ContainerQuery } from './container-use.ts';

const ProgramAnswer = ContainerAnswer.extend({
  executable: z.string().describe('Absolute path, as the container sees it.'),
  user: z.number().optional().describe('As the machine counts; absent where it could not be told any more.'),
  fromImage: z
    .boolean()
    .optional()
    .describe('Whether it is a file of the image, as the image has it; absent where nobody knows.'),
  count: z.number().describe('How often it was run.'),
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
        querystring: ContainerQuery.extend({
          executable: AskedPath.optional().describe('Only this one, by its path.'),
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
