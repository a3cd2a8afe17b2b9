import { API_VERSION, printable, problemText } from '@bulkhead/core';
import type { PolicyDocument, PolicyProblem } from '@bulkhead/policy';
import { z } from 'zod';
import { actorOf } from '../access/principal.ts';
import type { ApiContext } from '../context.ts';
import { principalOf } from '../http/access.ts';
import { HttpProblem, type PlacedProblem } from '../http/problem.ts';
import { AnyObject, Name, PageQuery, pageOf } from '../http/schema.ts';
import type { Api } from '../http/server.ts';
import { differenceOf } from '../policy/difference.ts';
import { StorePolicy } from '../policy/store-policy.ts';

/** A policy of thousands of rules; the store keeps larger ones, made in portions. */
const MAX_POLICY_BYTES = 8 * 1024 * 1024;
const MAX_DOCUMENTS = 2_000;
const MAX_PROBLEMS = 500;

/** What a document must say of itself to have a place; all the rest is read, and judged, as in files. */
const Document = z.looseObject({
  apiVersion: z.literal(API_VERSION),
  kind: Name,
  metadata: z.looseObject({ name: Name }),
});

const DocumentAnswer = z.object({ kind: z.string(), name: z.string(), document: AnyObject });
const Kept = DocumentAnswer.extend({ version: z.number(), changedBy: z.string(), changedAt: z.string() });
const Change = z.object({
  version: z.number(),
  kind: z.string(),
  name: z.string(),
  by: z.string(),
  at: z.string(),
  before: AnyObject.optional(),
  after: AnyObject.optional(),
});
const Difference = z.object({
  kind: z.string(),
  name: z.string(),
  change: z.enum(['added', 'changed', 'removed']),
  paths: z.array(z.string()).readonly().describe('Where a changed document differs.'),
});
const Params = z.strictObject({ kind: Name, name: Name });
const Version = z.coerce.number().int().min(0);

/** Policy as code, by the api: what is kept in the store can be changed here, what comes from elsewhere only be read. */
export function addPolicyRoutes(app: Api, { policy, store }: ApiContext): void {
  const writable = (): StorePolicy => {
    if (policy instanceof StorePolicy) return policy;
    const where = policy.kind === 'files' ? 'files' : 'resources of the cluster';
    throw new HttpProblem(409, `The policy is kept as ${where}: change it there.`);
  };

  app.get(
    '/api/v1/policies',
    {
      config: { access: 'policies:read' },
      schema: {
        summary: 'List the documents in force',
        tags: ['policies'],
        querystring: z.strictObject({ kind: Name.optional() }),
        response: {
          200: z.object({
            source: z.enum(['store', 'files', 'cluster']),
            version: z.string(),
            items: z.array(DocumentAnswer).readonly(),
            problems: z.array(z.object({ path: z.string(), message: z.string() })).readonly(),
          }),
        },
      },
    },
    async ({ query: { kind } }) => {
      const { version, documents } = policy.current;
      const items = documents.filter((one) => kind === undefined || one.kind === kind).map(named);
      return { source: policy.kind, version, items, problems: policy.problems.slice(0, MAX_PROBLEMS).map(placed) };
    },
  );

  app.get(
    '/api/v1/policies/history',
    {
      config: { access: 'policies:read' },
      schema: {
        summary: 'List changes, the latest first',
        tags: ['policies'],
        querystring: PageQuery.extend({ kind: Name.optional(), name: Name.optional() }),
        response: { 200: pageOf(Change) },
      },
    },
    async ({ query: { kind, name, ...page } }) => store.policies.history({ kind, name }, page),
  );

  app.get(
    '/api/v1/policies/:kind/:name',
    {
      config: { access: 'policies:read' },
      schema: {
        summary: 'Show a document',
        tags: ['policies'],
        params: Params,
        response: { 200: z.union([Kept, DocumentAnswer]) },
      },
    },
    async ({ params: { kind, name } }) => {
      const kept = policy.kind === 'store' ? await store.policies.get(kind, name) : undefined;
      const found = kept ?? policy.current.documents.map(named).find((one) => one.kind === kind && one.name === name);
      if (found === undefined) throw new HttpProblem(404, 'There is no such document.');
      return found;
    },
  );

  app.put(
    '/api/v1/policies',
    {
      bodyLimit: MAX_POLICY_BYTES,
      config: { access: 'policies:write', action: 'policy.apply' },
      schema: {
        summary: 'Add or change documents, all or none',
        description:
          'The policy must be valid as a whole with them; every problem is answered at once, with its place.',
        tags: ['policies'],
        body: z.strictObject({
          documents: z.array(Document).max(MAX_DOCUMENTS),
          prune: z.boolean().default(false).describe('Removes every document that is not among them.'),
          dryRun: z.boolean().default(false).describe('Only says what would change.'),
          basedOn: Version.optional().describe('Refused with 409 when the policy has another version.'),
        }),
        response: { 200: z.object({ version: z.number(), changes: z.array(Difference).readonly() }) },
      },
    },
    async (request) => {
      const { documents, prune, dryRun, basedOn } = request.body;
      const wanted = documents.map((document) => ({ kind: document.kind, name: document.metadata.name, document }));
      const repeated = repetition(wanted);
      if (repeated !== undefined) throw new HttpProblem(400, `The document ${printable(repeated)} is there twice.`);
      const names = new Set(wanted.map(keyOf));
      const there = prune ? (await store.policies.all()).documents.filter((one) => !names.has(keyOf(one))) : [];
      const all = [...wanted, ...there.map(({ kind, name }) => ({ kind, name }))];
      request.audited = { target: 'policy', detail: { dryRun, documents: [...names].slice(0, 100), prune } };
      return change(request, all, { dryRun, basedOn });
    },
  );

  app.delete(
    '/api/v1/policies/:kind/:name',
    {
      config: { access: 'policies:write', action: 'policy.delete' },
      schema: {
        summary: 'Remove a document',
        tags: ['policies'],
        params: Params,
        response: { 200: z.object({ version: z.number(), changes: z.array(Difference).readonly() }) },
      },
    },
    async (request) => {
      const { kind, name } = request.params;
      request.audited = { target: `${kind}/${name}` };
      writable();
      if ((await store.policies.get(kind, name)) === undefined)
        throw new HttpProblem(404, 'There is no such document.');
      return change(request, [{ kind, name }], { dryRun: false });
    },
  );

  async function change(
    request: Parameters<typeof principalOf>[0],
    wanted: Parameters<StorePolicy['change']>[0]['wanted'],
    { dryRun, basedOn }: { readonly dryRun: boolean; readonly basedOn?: number | undefined },
  ) {
    const by = actorOf(principalOf(request));
    const result = await writable().change({ wanted, by, basedOn, isTrial: dryRun });
    if (result.outcome === 'conflict') {
      throw new HttpProblem(409, `The policy has version ${result.version} meanwhile; look at it and try again.`);
    }
    if (result.outcome === 'invalid') {
      const problems = result.problems.slice(0, MAX_PROBLEMS).map(placed);
      throw new HttpProblem(422, 'The policy would not be valid; nothing was changed.', problems);
    }
    const changes = differenceOf(result.before.documents, wanted);
    request.audited.detail = { ...request.audited.detail, version: result.version };
    return { version: result.version, changes };
  }
}

function named(document: PolicyDocument): z.input<typeof DocumentAnswer> {
  return { kind: document.kind, name: document.metadata.name, document: { ...document } };
}

function placed({ file, path, message }: PolicyProblem): PlacedProblem {
  const where = problemText({ path, message: '' }).replace(/: $/, '');
  return { path: printable(where === '' ? file : `${file}: ${where}`), message: printable(message) };
}

function keyOf({ kind, name }: { readonly kind: string; readonly name: string }): string {
  return `${kind}/${name}`;
}

function repetition(wanted: readonly { readonly kind: string; readonly name: string }[]): string | undefined {
  const seen = new Set<string>();
  for (const key of wanted.map(keyOf)) {
    if (seen.has(key)) return key;
    seen.add(key);
  }
  return undefined;
}
