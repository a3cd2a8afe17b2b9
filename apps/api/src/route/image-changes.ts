import { ImageChanges, MAX_CHANGES } from '@bulkhead/policy/images';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import type { Api } from '../http/server.ts';

/** What admission needs to know of images: webhooks keep a copy of it. */
export function addImageChangeRoutes(app: Api, { store }: ApiContext): void {
  app.get(
    '/api/v1/images/changes',
    {
      config: { access: 'images:read' },
      schema: {
        summary: 'What has changed about images',
        description:
          'For who keeps a copy, as the webhook does: ask again with `next` as `after`, at once while `more` is true. An image ' +
          'that changes again comes again. With `reset` begin a new copy.',
        tags: ['images'],
        querystring: z.strictObject({
          after: z.string().min(1).max(500).optional().describe('The `next` of the portion before.'),
          limit: z.coerce.number().int().min(1).max(MAX_CHANGES).default(100).describe('How many images at most.'),
        }),
        response: { 200: ImageChanges },
      },
    },
    async ({ query: { after, limit } }) => store.imageFeed.after(after, limit),
  );
}
