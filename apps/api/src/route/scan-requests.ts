import { namedImage } from '@bulkhead/policy';
import type { WantedImage } from '@bulkhead/scanner';
import { isWanted, type WatchedRegistry } from '@bulkhead/scanner/registry';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import type { Api } from '../http/server.ts';

/** What one admission review may ask about, and more. */
const MAX_IMAGES = 100;
const MAX_REFERENCE = 1_000;

const References = z.array(z.string().min(1).max(MAX_REFERENCE)).readonly();

/** Images that admission was asked about and that nobody has scanned: workers scan them before the next crawl. */
export function addScanRequestRoutes(app: Api, { store }: ApiContext): void {
  app.post(
    '/api/v1/images/scan-requests',
    {
      config: { access: 'scans:write', action: 'image.want' },
      schema: {
        summary: 'Have images scanned',
        description:
          'By reference. Those of watched registries are looked at by the workers within seconds; asking again for what waits ' +
          'changes nothing.',
        tags: ['images'],
        body: z.strictObject({ images: References.unwrap().min(1).max(MAX_IMAGES) }),
        response: {
          202: z.object({
            queued: References,
            unwatched: References.describe('in no registry that is watched, or left out there'),
            refused: References.describe('too many wait already'),
          }),
        },
      },
    },
    async (request, reply) => {
      const registries = await store.registries.list();
      const images = [...new Set(request.body.images)];
      const found = images.map((text) => ({ text, wanted: wantedOf(text, registries) }));
      const watched = found.flatMap(({ text, wanted }) => (wanted === undefined ? [] : [{ text, wanted }]));
      const kept = await store.wantedImages.want(watched.map(({ wanted }) => wanted));
      const texts = watched.map(({ text }) => text);
      request.audited = { target: `${kept} images`, detail: { queued: texts.slice(0, kept) } };
      return reply.code(202).send({
        queued: texts.slice(0, kept),
        unwatched: found.flatMap(({ text, wanted }) => (wanted === undefined ? [text] : [])),
        refused: texts.slice(kept),
      });
    },
  );
}

/** Where a worker finds an image; nothing for what no registry is watched for. */
function wantedOf(text: string, registries: readonly WatchedRegistry[]): WantedImage | undefined {
  const image = namedImage(text);
  const reference = image?.digest ?? image?.tag;
  if (image === undefined || reference === undefined) return undefined;
  for (const { name, host, repositories, tags } of registries) {
    // As images are named: one spelling for what is one place. Two words, since Docker Hub puts `library` before one.
    const there = namedImage(`${host}/a/b`)?.name.slice(0, -'a/b'.length) ?? '';
    if (there === '' || !image.name.startsWith(there)) continue;
    const repository = image.name.slice(there.length);
    const isTagWanted = image.digest !== undefined || isWanted(tags, reference);
    if (isTagWanted && isWanted(repositories, repository)) return { registry: name, repository, reference };
  }
  return undefined;
}
