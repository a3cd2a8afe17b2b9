import { API_VERSION } from '@bulkhead/core';
import { z } from 'zod';
import { ask } from '../../api/ask.ts';
import type { ApiPlace } from '../../api/request-api.ts';
import { EXIT_FAILURE } from '../../exit-code.ts';
import type { Io } from '../../io.ts';
import { type LearnOptions, writeLearned } from './learn.ts';

const Document = z.looseObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.string(),
  metadata: z.object({ name: z.string() }),
  spec: z.unknown(),
});

const Learned = z.object({
  documents: z.array(
    z.object({
      document: Document,
      head: z.array(z.string()),
      comments: z.array(z.object({ path: z.array(z.union([z.string(), z.number()])), text: z.string() })),
    }),
  ),
  notes: z.array(z.object({ kind: z.enum(['note', 'warning']), group: z.string().optional(), text: z.string() })),
  changes: z.array(z.object({ of: z.string(), change: z.string() })),
});

/** Has an api learn from what it keeps. */
export async function learnFromApi(
  place: ApiPlace,
  { group = [], only = [], since, applications, maxAddresses, diff }: LearnOptions & { readonly since?: string },
  io: Io,
): Promise<number> {
  const asked = [
    ...group.map((name) => ['group', name]),
    ...only.map((kind) => ['only', kind]),
    ...(since === undefined ? [] : [['since', since]]),
    ['applications', String(applications)],
    ['maxAddresses', String(maxAddresses)],
  ];
  const path = `/api/v1/policies/learned?${new URLSearchParams(asked).toString()}`;
  const learned = await ask(place, { method: 'GET', path, failure: 'cannot learn' }, Learned, io);
  if (learned === undefined) return EXIT_FAILURE;
  const notes = learned.notes.map(({ group: of, ...note }) => ({ ...note, ...(of !== undefined && { group: of }) }));
  return writeLearned({ ...learned, notes }, diff, io);
}
