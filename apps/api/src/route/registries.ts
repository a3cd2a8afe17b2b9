import { WatchedRegistry } from '@bulkhead/scanner/registry';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { mayIn } from '../http/access.ts';
import { HttpProblem } from '../http/problem.ts';
import { AnyObject, Name } from '../http/schema.ts';
import type { Api } from '../http/server.ts';

const Status = z.object({
  name: z.string(),
  repositories: z.number(),
  tags: z.number(),
  images: z.object({ pending: z.number(), complete: z.number(), partial: z.number(), failed: z.number() }),
  findings: z.record(z.string(), z.number()).readonly(),
  secrets: z.number(),
  crawl: z
    .object({ startedAt: z.string(), finishedAt: z.string(), problems: z.array(z.string()).readonly() })
    .optional(),
});
const ByName = z.strictObject({ name: Name });

/** The registries that are watched. Workers crawl a new one when they look at the list next. */
export function addRegistryRoutes(app: Api, { store }: ApiContext): void {
  app.get(
    '/api/v1/registries',
    {
      config: { access: 'registries:read' },
      schema: {
        summary: 'List watched registries',
        tags: ['registries'],
        response: { 200: z.object({ items: z.array(AnyObject).readonly() }) },
      },
    },
    async () => ({ items: (await store.registries.list()).map((registry) => ({ ...registry })) }),
  );

  app.get(
    '/api/v1/registries/:name',
    {
      config: { access: 'registries:read' },
      schema: {
        summary: 'What is known of a registry',
        tags: ['registries'],
        params: ByName,
        response: { 200: Status },
      },
    },
    async ({ params: { name } }) => {
      const status = await store.registries.status(name);
      if (status === undefined) throw noRegistry();
      return status;
    },
  );

  app.post(
    '/api/v1/registries',
    {
      config: { access: 'registries:write', action: 'registry.add' },
      schema: {
        summary: 'Watch a registry',
        description:
          'Credentials are named as files of the workers, and never sent. What a file holds goes to the registry: to name one needs the ' +
          'permission credentials:write.',
        tags: ['registries'],
        body: WatchedRegistry,
        response: { 201: AnyObject },
      },
    },
    async (request, reply) => {
      const registry = request.body;
      request.audited = { target: registry.name, detail: { ...registry } };
      const file = registry.passwordFile ?? registry.dockerConfigFile;
      // Workers send what is in it to a host that whoever asks chooses: the password of their database as well as any other.
      if (file !== undefined && !mayIn(request, 'credentials:write', undefined)) {
        throw new HttpProblem(
          403,
          'To have workers send what is in a file of theirs needs the permission credentials:write.',
        );
      }
      if ((await store.registries.add(registry)) === 'exists') {
        throw new HttpProblem(409, 'There is a registry of this name already.');
      }
      return reply.code(201).send({ ...registry });
    },
  );

  app.delete(
    '/api/v1/registries/:name',
    {
      config: { access: 'registries:write', action: 'registry.remove' },
      schema: {
        summary: 'Watch a registry no longer',
        tags: ['registries'],
        params: ByName,
        response: { 204: z.undefined() },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      request.audited = { target: name };
      if ((await store.registries.remove(name)) === 'absent') throw noRegistry();
      return reply.code(204).send(undefined);
    },
  );
}

function noRegistry(): HttpProblem {
  return new HttpProblem(404, 'There is no registry of this name.');
}
