import type {
  FileObservation,
  FlowEnd,
  FlowObservation,
  ProgramObservation,
  ReportedWorkload,
} from '@bulkhead/control-plane';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Stand, startStand } from './test-support/stand.ts';

const AT = '2026-11-26T11:59:00.000Z';
const EARLIER = '2026-11-25T09:00:00.000Z';
const URL_LEARNED = '/api/v1/policies/learned';

let stand: Stand;
let sequence: number;
beforeEach(async () => {
  stand = await startStand();
  sequence = 0;
  const documents = ['web', 'api', 'jobs'].map((name) => ({
    apiVersion: 'bulkhead.io/v1alpha1',
    kind: 'WorkloadGroup',
    metadata: { name },
    spec: { selector: { labels: { matchLabels: { app: name } } }, mode: name === 'jobs' ? 'monitor' : 'discover' },
  }));
  const headers = await stand.token('admin');
  const payload = { documents };
  await stand.app.inject({ method: 'PUT', url: '/api/v1/policies', headers, payload });
});
afterEach(() => stand.close());

const workload = (name: string): FlowEnd => ({ kind: 'workload', namespace: 'shop', name });
const [WEB, API, JOB] = ['web', 'api', 'job'].map(workload) as [FlowEnd, FlowEnd, FlowEnd];

const flow = (client: FlowEnd, server: FlowEnd, over: Partial<FlowObservation> = {}): FlowObservation => ({
  client,
  server,
  seenBy: 'client',
  protocol: 'tcp',
  port: 8080,
  application: 'http1',
  verdict: 'allow',
  bytes: 1_000,
  sessions: 3,
  ...over,
});

async function tell(
  end: FlowEnd,
  groups: readonly string[],
  flows: readonly FlowObservation[],
  at = AT,
): Promise<void> {
  sequence += 1;
  const report = { at, local: { end, groups }, flows, notCounted: 0, malformed: 0 };
  const events = [{ sequence, document: { event: 'flows' }, flows: report }];
  await stand.store.events.append({ agent: 'agent-1', epoch: 1, events }, AT);
}

/** Programs of the container `main`. */
async function tellPrograms(
  name: string,
  groups: readonly string[],
  programs: readonly Partial<ProgramObservation>[],
  over: { readonly container?: string; readonly at?: string } = {},
): Promise<void> {
  sequence += 1;
  const { container = 'main', at = AT } = over;
  const observed = programs.map((one) => ({
    executable: '/bin/sh',
    user: 1000,
    fromImage: true,
    verdict: 'allow' as const,
    count: 1,
    ...one,
  }));
  const local = { place: { namespace: 'shop', workload: name, container }, groups };
  const report = { at, local, seen: observed, notCounted: 0, malformed: 0 };
  const events = [{ sequence, document: { event: 'programs' }, programs: report }];
  await stand.store.events.append({ agent: 'agent-1', epoch: 1, events }, AT);
}

/** Files that the container `main` wrote. */
async function tellFiles(
  name: string,
  groups: readonly string[],
  files: readonly Partial<FileObservation>[],
): Promise<void> {
  sequence += 1;
  const seen = files.map((one) => ({
    path: '/data/a',
    access: 'write' as const,
    verdict: 'allow' as const,
    count: 1,
    ...one,
  }));
  const local = { place: { namespace: 'shop', workload: name, container: 'main' }, groups };
  const events = [
    { sequence, document: { event: 'files' }, files: { at: AT, local, seen, notCounted: 0, malformed: 0 } },
  ];
  await stand.store.events.append({ agent: 'agent-1', epoch: 1, events }, AT);
}

const pod = (id: string, app: string, more: Readonly<Record<string, string>> = {}): ReportedWorkload => ({
  id,
  name: 'main',
  namespace: 'shop',
  labels: { app, 'pod-template-hash': '6d4cf56db6', ...more },
  owners: [{ kind: 'Pod', name: `${app}-6d4cf56db6-${id}` }],
  addresses: [],
});

async function enrol(...workloads: readonly ReportedWorkload[]): Promise<void> {
  await stand.store.agents.enrol({ id: 'agent-1', node: 'node-1', enrolledAt: AT });
  await stand.store.workloads.replace('agent-1', workloads, AT);
}

async function learn(query = '', role: Parameters<Stand['token']>[0] = 'auditor') {
  const headers = await stand.token(role);
  const answer = await stand.app.inject({ url: `${URL_LEARNED}${query}`, headers });
  return { status: answer.statusCode, body: answer.json<Answer>() };
}

interface Answer {
  readonly detail?: string;
  readonly documents: readonly {
    readonly document: {
      readonly kind: string;
      readonly metadata: { readonly name: string };
      readonly spec: Record<
        string,
        readonly {
          readonly name: string;
          readonly executables?: readonly string[];
          readonly paths?: readonly string[];
        }[]
      >;
    };
    readonly comments: readonly { readonly text: string }[];
  }[];
  readonly notes: readonly { readonly kind: string; readonly group?: string; readonly text: string }[];
  readonly changes: readonly { readonly of: string; readonly change: string }[];
}

const rulesOf = ({ documents }: Answer, set: string, direction: string): readonly string[] | undefined =>
  documents.find(({ document }) => document.metadata.name === set)?.document.spec[direction]?.map(({ name }) => name);

describe('rules that are learnt', () => {
  it('come from the flows that are kept, of what runs and of what is gone, and apply as they are', async () => {
    await enrol(pod('aaaaa', 'web'), pod('bbbbb', 'api'));
    await tell(WEB, ['web'], [flow(WEB, API)], EARLIER);
    await tell(API, ['api'], [flow(WEB, API, { seenBy: 'server' }), flow(JOB, API, { seenBy: 'server' })]);
    // A job that ran at night: nobody knows its labels any more.
    await tell(JOB, ['jobs'], [flow(JOB, API)]);

    const { status, body } = await learn();
    expect(status).toBe(200);
    expect(rulesOf(body, 'api-learned', 'ingress')).toEqual(['groups-8080']);
    expect(rulesOf(body, 'jobs-learned', 'egress')).toEqual(['api-8080']);
    expect(rulesOf(body, 'web-learned', 'egress')).toEqual(['api-8080']);
    expect(body.documents[0]?.comments).toEqual([
      { path: expect.anything(), text: '6 sessions, the last 2026-11-26 11:59' },
    ]);
    expect(body.changes).toContainEqual({
      of: 'group api',
      change: 'ingress, rule set api-learned: rule groups-8080 is new: allows jobs, web on 8080/tcp as http',
    });

    const headers = await stand.token('admin');
    const payload = { documents: body.documents.map(({ document }) => document) };
    expect(await stand.app.inject({ method: 'PUT', url: '/api/v1/policies', headers, payload })).toMatchObject({
      statusCode: 200,
    });
    expect((await learn()).body.changes).toEqual([]);
  });

  it('name a workload by no group that only some of its pods are in', async () => {
    const canary = {
      apiVersion: 'bulkhead.io/v1alpha1',
      kind: 'WorkloadGroup',
      metadata: { name: 'canary' },
      spec: { selector: { labels: { matchLabels: { track: 'canary' } } }, mode: 'discover' },
    };
    const headers = await stand.token('admin');
    await stand.app.inject({ method: 'PUT', url: '/api/v1/policies', headers, payload: { documents: [canary] } });
    await enrol(pod('aaaaa', 'web'), pod('ccccc', 'web', { track: 'canary' }), pod('bbbbb', 'api'));
    await tell(WEB, ['web'], [flow(WEB, API)]);
    await tell(API, ['api'], [flow(WEB, API, { seenBy: 'server' })]);

    const { body } = await learn();
    expect(rulesOf(body, 'api-learned', 'ingress')).toEqual(['web-8080']);
    expect(rulesOf(body, 'canary-learned', 'egress')).toEqual(['api-8080']);
  });

  it('are for the groups and the time that are asked for', async () => {
    await enrol(pod('aaaaa', 'web'), pod('bbbbb', 'api'));
    await tell(API, ['api'], [flow(WEB, API, { seenBy: 'server', port: 1 })], EARLIER);
    await tell(API, ['api'], [flow(WEB, API, { seenBy: 'server', port: 2 })]);

    const { body } = await learn(`?group=api&since=${AT}&applications=false`);
    expect(body.documents).toHaveLength(1);
    expect(rulesOf(body, 'api-learned', 'ingress')).toEqual(['web-2']);
    expect((await learn('?group=api&group=web')).body.documents).toHaveLength(1);
  });

  it('come from the programs that are kept, by the groups that containers are in now, and apply as they are', async () => {
    const sidecar = { ...pod('aaaaa', 'web', { app: 'other' }), id: 'sidecar', name: 'sidecar' };
    await enrol(pod('aaaaa', 'web'), { ...sidecar, owners: [{ kind: 'Pod', name: 'web-6d4cf56db6-aaaaa' }] });
    const node = { executable: '/usr/bin/node' };
    await tellPrograms('web', [], [node, { executable: '/bin/id', verdict: 'block' }]);
    await tellPrograms('web', ['web'], [{ executable: '/bin/proxy' }], { container: 'sidecar' });
    // A job that ran at night: by what its agent said of it.
    await tellPrograms('job', ['jobs', 'of-before'], [{ executable: '/bin/backup' }]);
    const programsOf = ({ documents }: Answer): Record<string, readonly string[]> =>
      Object.fromEntries(
        documents
          .filter(({ document }) => document.kind === 'ProcessPolicy')
          .map(({ document: { metadata, spec } }) => [
            metadata.name,
            (spec['rules'] ?? []).flatMap(({ executables = [] }) => executables),
          ]),
      );

    const { status, body } = await learn();
    expect(status).toBe(200);
    expect(programsOf(body)).toEqual({
      'jobs-learned': ['/bin/backup', '*'],
      'web-learned': ['/usr/bin/node', '*'],
    });
    expect(programsOf((await learn('?only=network')).body)).toEqual({});
    expect(programsOf((await learn('?only=programs&only=network&group=web')).body)).toEqual({
      'web-learned': ['/usr/bin/node', '*'],
    });
    expect(programsOf((await learn('?since=2026-11-27T00:00:00Z')).body)).toEqual({});

    const headers = await stand.token('admin');
    const payload = { documents: body.documents.map(({ document }) => document) };
    expect(await stand.app.inject({ method: 'PUT', url: '/api/v1/policies', headers, payload })).toMatchObject({
      statusCode: 200,
    });
    expect((await learn()).body.changes).toEqual([]);
  });

  it('come from the files that are kept, also of those that a folder stands for, and apply as they are', async () => {
    await enrol(pod('aaaaa', 'web'));
    const many = Array.from({ length: 300 }, (_, at) => ({ path: `/tmp/req-${at}/body` }));
    await tellFiles('web', [], [{ path: '/run/web.pid' }, { path: '/etc/passwd', verdict: 'block' }, ...many]);
    await tellFiles('job', ['jobs', 'of-before'], [{ path: '/backup', folder: true }]);
    const learnt = async (query = '') => {
      const { body } = await learn(query);
      const policies = body.documents.filter(({ document }) => document.kind === 'FilePolicy');
      return Object.fromEntries(
        policies.map(({ document: { metadata, spec } }) => [
          metadata.name,
          (spec['rules'] ?? []).flatMap(({ name, paths = [] }) => (name === 'devices' ? [] : paths)),
        ]),
      );
    };

    const before = await learnt('?only=files');
    expect(before).toEqual({
      'jobs-learned': ['/backup/*', '*'],
      'web-learned': ['/run/web.pid', '/tmp/*', '*'],
    });
    await stand.store.files.fold(100, 2_000);
    expect(await learnt('?only=files')).toEqual(before);
    expect(await learnt('?only=programs')).toEqual({});

    const headers = await stand.token('admin');
    const { body } = await learn('?only=files&only=programs');
    const payload = { documents: body.documents.map(({ document }) => document) };
    expect(await stand.app.inject({ method: 'PUT', url: '/api/v1/policies', headers, payload })).toMatchObject({
      statusCode: 200,
    });
    expect((await learn()).body.changes).toEqual([]);
  });

  it('are not written from paths that are more than can be kept in mind, and are where folders stand for them', async () => {
    await enrol(pod('aaaaa', 'web'));
    const long = (at: number): string => `/tmp/${at}-${'x'.repeat(4_000)}`;
    for (let event = 0; event < 34; event += 1) {
      const files = Array.from({ length: 256 }, (_, at) => ({ path: long(event * 256 + at), executable: long(at) }));
      // oxlint-disable-next-line no-await-in-loop -- one after the other, as an agent does
      await tellFiles('web', [], files);
    }
    expect(await learn('?only=files')).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining('more than 100000 files, or 64 MiB of them: ask for fewer groups') },
    });
    // oxlint-disable-next-line no-await-in-loop -- as retention does
    while ((await stand.store.files.fold(1_024, 2_000)) > 0);
    expect((await learn('?only=files')).status).toBe(200);
  });

  it.each([
    ['?only=everything', 400, ''],
    ['?group=nobody', 404, 'There is no group "nobody".'],
    ['?since=yesterday', 400, ''],
    ['?maxAddresses=0', 400, ''],
    ['?other=1', 400, ''],
  ])('are not written for %s', async (query, status, detail) => {
    expect(await learn(query)).toMatchObject({ status, body: { detail: expect.stringContaining(detail) } });
  });

  it('are learnt one after the other, and not for more than wait', async () => {
    const headers = await stand.token('auditor');
    const all = await Promise.all(Array.from({ length: 20 }, () => stand.app.inject({ url: URL_LEARNED, headers })));
    const statuses = all.map(({ statusCode }) => statusCode);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(8);
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
    expect((await learn()).status).toBe(200);
  });

  it('are for whoever may read policies and all flows', async () => {
    const asked = async (headers: object): Promise<number> =>
      (await stand.app.inject({ url: URL_LEARNED, headers: { ...headers } })).statusCode;
    expect(await asked({})).toBe(401);
    expect(await asked(await stand.token('ci'))).toBe(403);
    expect(await asked(await stand.token('operator', 'shop'))).toBe(403);
    expect(await asked(await stand.token('operator'))).toBe(200);
  });
});
