import { LEARNT_KINDS, type LearntDocument, MAX_ADDRESSES } from '@bulkhead/policy';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { namespacesOf } from '../http/access.ts';
import { HttpProblem } from '../http/problem.ts';
import { AnyObject, Moment, Name } from '../http/schema.ts';
import type { Api } from '../http/server.ts';
import { type LearntPolicy, learnPolicy, type TooMuch } from '../policy/learn-policy.ts';

const MAX_GROUPS = 256;
/** Each takes seconds at most; who waits behind more is told to come again. */
const MAX_WAITING = 8;

const Answer = z.object({
  version: z.string().describe('Of the policy whose groups and rules were gone by.'),
  documents: z
    .array(
      z.object({
        document: AnyObject,
        head: z.array(z.string()).readonly().describe('What to know of it as a whole.'),
        comments: z
          .array(z.object({ path: z.array(z.union([z.string(), z.number()])).readonly(), text: z.string() }))
          .readonly()
          .describe('What to know of parts of it.'),
      }),
    )
    .readonly()
    .describe(
      'Rule sets, groups that are proposed since rules name them, process policies and file policies. Nothing of it is in force.',
    ),
  notes: z
    .array(z.object({ kind: z.enum(['note', 'warning']), group: z.string().optional(), text: z.string() }))
    .readonly(),
  changes: z
    .array(z.object({ of: z.string(), change: z.string() }))
    .readonly()
    .describe('What applying it would change.'),
});

/** Rules that allow what was seen, to be reviewed. */
export function addLearnedPolicyRoutes(app: Api, { store, policy }: ApiContext): void {
  // One after the other: each has the processor for seconds.
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  app.get(
    '/api/v1/policies/learned',
    {
      config: { access: 'policies:read' },
      schema: {
        summary:
          'Write rules about the network, programs and files that allow what was seen of groups and nothing else',
        description:
          'Needs the permission flows:read in all namespaces: rules that are learnt from some flows cut others.',
        tags: ['policies'],
        querystring: z.strictObject({
          group: z
            .union([Name, z.array(Name).max(MAX_GROUPS)])
            .optional()
            .describe('Only for these; for all that are not in protect if not given.'),
          only: z
            .union([z.enum(LEARNT_KINDS), z.array(z.enum(LEARNT_KINDS)).max(LEARNT_KINDS.length)])
            .optional()
            .describe('What to learn; all of it if not given.'),
          since: Moment.optional().describe('Only from what was seen at or after.'),
          applications: z.enum(['true', 'false']).default('true').describe('Whether rules say what may be spoken.'),
          maxAddresses: z.coerce
            .number()
            .int()
            .min(1)
            .max(MAX_ADDRESSES)
            .default(MAX_ADDRESSES)
            .describe('How many addresses a port may have before it is open to any.'),
        }),
        response: { 200: Answer },
      },
    },
    async (request) => {
      if (namespacesOf(request, 'flows:read').namespaces !== undefined) {
        throw new HttpProblem(403, 'This needs the permission flows:read in all namespaces.');
      }
      const { group, only, since, applications, maxAddresses } = request.query;
      const { current } = policy;
      const groups = group === undefined || Array.isArray(group) ? group : [group];
      const unknown = groups?.find((name) => current.policy.groups.every((one) => one.name !== name));
      if (unknown !== undefined) throw new HttpProblem(404, `There is no group ${JSON.stringify(unknown)}.`);
      const kinds = new Set([only ?? LEARNT_KINDS].flat());
      const learning = { groups, kinds, since, applications: applications === 'true', maxAddresses };
      if (waiting >= MAX_WAITING) throw new HttpProblem(503, 'Others have rules learnt now; try again in a minute.');
      waiting += 1;
      const next = last.then(() => learnPolicy(store, current, learning)).finally(() => void (waiting -= 1));
      last = next.catch(() => undefined);
      const { documents, ...learnt } = required(await next);
      return { version: current.version, documents: documents.map(plain), ...learnt };
    },
  );
}

function plain({ document, ...more }: LearntDocument): z.input<typeof Answer>['documents'][number] {
  return { document: { ...document }, ...more };
}

function required(learnt: LearntPolicy | TooMuch): LearntPolicy {
  if (!('tooMany' in learnt)) return learnt;
  throw new HttpProblem(422, `There are more than ${learnt.tooMany}: ask for fewer groups, or a later since.`);
}
