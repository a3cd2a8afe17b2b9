import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TestApi } from '../test-support/test-api.ts';

const SBOM = JSON.stringify({
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  components: [{ type: 'library', name: 'musl', version: '1.2.5-r0', purl: 'pkg:apk/alpine/musl@1.2.5-r0' }],
});

let api: TestApi;
beforeEach(async () => {
  api = await TestApi.open();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await api.close();
});

const KEPT = {
  scan: 's1',
  node: 'n1',
  workload: { id: 'c/1', name: 'web', namespace: 'shop', pod: 'web-1' },
  since: '2026-11-27T08:00:00.000Z',
  scannedAt: '2026-11-27T07:59:00.000Z',
  packages: 1,
  gaps: 0,
  vulnerabilities: {},
};
const now = new Date().toISOString();
const ADVISORIES = { schema: 1, builtAt: now, checkedAt: now, newest: now, sources: [] };
const DONE = { state: 'done', judgedAt: now, advisories: ADVISORIES };
const FINDING = {
  kind: 'vulnerability',
  id: 'CVE-2024-1',
  advisory: 'ALPINE-1',
  source: 'Alpine',
  aliases: [],
  package: {
    type: 'apk',
    name: 'musl',
    version: '1.2.5-r0',
    reader: 'apk',
    location: { path: 'lib/apk/db/installed' },
  },
  fixedVersions: ['1.2.5-r1'],
  status: 'fixed',
  severity: 'high',
  risk: { score: 50, terms: [] },
  title: 'something in musl',
  references: [],
  explanation: {
    matchedName: 'musl',
    by: 'binary',
    installedVersion: '1.2.5-r0',
    comparedVersion: '1.2.5-r0',
    scheme: 'apk',
    range: '< 1.2.5-r1',
    ecosystem: 'Alpine:v3.20',
  },
};

/** Answers a scan as an api does: with each of the steps in turn, and the last again and again. */
function scanning(steps: readonly object[], findings: readonly object[] = []): void {
  const left = [...steps];
  api.answer = ({ method, url = '' }, response) => {
    const of = (document: object): void => void response.end(JSON.stringify(document));
    if (method === 'POST') of({ outcome: 'done', message: 'it is being scanned', scan: 's1' });
    else if (url.endsWith('/sbom')) response.end(SBOM);
    else if (!url.includes('/findings')) of({ ...KEPT, ...(left.length > 1 ? left.shift() : left[0]) });
    else if (url.includes('after=more')) of({ items: findings.slice(1) });
    else of({ items: findings.slice(0, 1), ...(findings.length > 1 && { next: 'more' }) });
  };
}

describe('bulkhead workloads scan', () => {
  it('waits for the worker, and reports what it found as every other scan does', async () => {
    scanning(
      [{ state: 'reading' }, { state: 'fetching' }, { state: 'queued' }, { state: 'matching' }, DONE],
      [FINDING, { ...FINDING, id: 'CVE-2024-2', severity: 'low' }],
    );
    const [report, sbom] = [join(api.folder, 'report.json'), join(api.folder, 'sbom.json')];
    const options = ['--format', 'json', '--severity', 'high', '--exit-code', '3', '--output', report, '--sbom', sbom];
    const { code, stderr } = await api.bulkhead('workloads', 'scan', 'c/1', ...options);

    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: expect.stringMatching(
        /as its agent found it at 2026-11-27T07:59.*\n.*scanned "shop\/web-1\/web": 1 package, 1 finding \(1 more .*advisories of today/,
      ),
    });
    expect(JSON.parse(await readFile(report, 'utf8'))).toMatchObject({
      status: 'complete',
      database: { checkedAt: now },
      findings: [{ id: 'CVE-2024-1', package: { purl: expect.stringContaining('pkg:apk/alpine/musl@1.2.5-r0') } }],
    });
    expect(await readFile(sbom, 'utf8')).toBe(SBOM);
    expect(api.requests[0]).toMatchObject({ method: 'POST', url: '/api/v1/workloads/c%2F1/actions' });
    expect(api.requests.filter(({ url }) => url === '/api/v1/scans/s1')).toHaveLength(5);
  });

  it('is judged here, without waiting for a worker, where a database is named', async () => {
    scanning([{ state: 'reading' }, { state: 'queued' }]);
    const options = ['--format', 'cyclonedx', '--db', join(api.folder, 'none.db')];
    const { code, stdout, stderr } = await api.bulkhead('workloads', 'scan', 'c/1', ...options);
    expect(code).toBe(0);
    expect(stdout).toContain('pkg:apk/alpine/musl@1.2.5-r0');
    expect(stderr).toContain('there is no database at');
    expect(api.requests.filter(({ url }) => url?.includes('/findings'))).toEqual([]);
  });

  it('says so where no worker is there, and does not pass for a clean bill', async () => {
    vi.stubEnv('XDG_CACHE_HOME', api.folder);
    scanning([{ state: 'queued', waitsFor: 'a worker with an advisory database: none has ever been there' }]);
    const { code, stdout, stderr } = await api.bulkhead('workloads', 'scan', 'c/1');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('judged here alone, since it waits for a worker with an advisory database: none has ever');
    expect(stderr).toContain('cannot open the advisory database');
  });

  it('is partial where not everything could be looked at', async () => {
    scanning([{ ...DONE, gaps: 3 }]);
    expect(await api.bulkhead('workloads', 'scan', 'c1')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('partial: 1 gap'),
    });
    expect(await api.bulkhead('workloads', 'scan', 'c1', '--allow-partial')).toMatchObject({ code: 0 });
  });

  it('asks the agent of a node for the node', async () => {
    const { workload: _, ...node } = KEPT;
    scanning([DONE]);
    const answer = api.answer;
    api.answer = (request, response) =>
      request.url === '/api/v1/scans/s1'
        ? void response.end(JSON.stringify({ ...node, ...DONE }))
        : answer(request, response);
    const { code, stderr } = await api.bulkhead('workloads', 'scan', 'agent-1', '--node');
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('scanned "the node n1"') });
    expect(api.requests[0]?.url).toBe('/api/v1/agents/agent-1/actions');
  });

  it('says why a scan failed, with its code', async () => {
    const failure = { code: 'AGENT_FAILED', message: 'it needs more than 384 MiB of memory' };
    scanning([{ state: 'reading' }, { state: 'failed', failure }]);
    expect(await api.bulkhead('workloads', 'scan', 'c1')).toMatchObject({
      code: 1,
      stderr: 'error: cannot report the scan: it needs more than 384 MiB of memory (AGENT_FAILED); scan it again\n',
    });
  });

  it.each([
    ['a state that is none', [{ state: 'odd' }], []],
    ['findings that are none', [DONE], [{ kind: 'vulnerability', id: 'CVE-1' }]],
  ])('takes no answer with %s', async (_, steps, findings) => {
    scanning(steps, findings);
    expect(await api.bulkhead('workloads', 'scan', 'c1')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('its answer is not that of an api of Bulkhead'),
    });
  });

  it('says what the agent does not do', async () => {
    api.answer = (_, response) =>
      void response.end(JSON.stringify({ outcome: 'failed', message: 'another scan runs on this node already' }));
    expect(await api.bulkhead('workloads', 'scan', 'c1')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'error: the agent did not do it: another scan runs on this node already\n',
    });
  });
});

describe('bulkhead workloads findings', () => {
  it('reports what a scan found without another one', async () => {
    scanning([DONE], [FINDING]);
    const { code, stdout } = await api.bulkhead('workloads', 'findings', 's1', '--format', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ findings: [{ id: 'CVE-2024-1' }] });
    expect(api.requests.map(({ method }) => method)).not.toContain('POST');
  });

  it.each(['/api/v1/scans/s1', '/api/v1/scans/s1/sbom', '/api/v1/scans/s1/findings?limit=100'])(
    'says in one line why an api does not give %s',
    async (refused) => {
      scanning([DONE]);
      const { answer } = api;
      api.answer = (request, response) => {
        if (request.url !== refused) return answer(request, response);
        response.statusCode = 404;
        response.end(JSON.stringify({ detail: 'There is no scan of this id.' }));
      };
      const { code, stderr } = await api.bulkhead('workloads', 'findings', 's1');
      expect({ code, errors: stderr.split('\n').filter((line) => line.startsWith('error: ')) }).toEqual({
        code: 1,
        errors: ['error: cannot report the scan: There is no scan of this id.'],
      });
    },
  );
});

describe('bulkhead workloads scans', () => {
  it('lists each with what counts in it and how old that is, over all pages, as it is asked to filter', async () => {
    const { workload: _, ...node } = KEPT;
    const old = { ...ADVISORIES, checkedAt: new Date(Date.now() - 3 * 86_400_000).toISOString() };
    const failure = { code: 'SBOM_GONE', message: 'its node does not give it' };
    const pages = [
      [{ ...KEPT, ...DONE, vulnerabilities: { low: 2, critical: 1 }, gaps: 1 }],
      [
        { ...node, scan: 's2', ...DONE, advisories: old },
        { ...KEPT, scan: 's3', state: 'failed', failure },
        { ...KEPT, scan: 's4', state: 'queued', waitsFor: 'a worker' },
      ],
    ];
    api.answer = ({ url = '' }, response) => {
      const isFirst = !url.includes('after=');
      response.end(JSON.stringify({ items: pages[isFirst ? 0 : 1], ...(isFirst && { next: 'more' }) }));
    };
    const filters = ['--namespace', 'shop', '--node', 'n1', '--workload', 'c/1', '--vulnerability', 'CVE-1'];
    const { code, stdout } = await api.bulkhead('workloads', 'scans', ...filters);
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      's1  shop/web-1/web on n1  scanned at 2026-11-27T07:59:00.000Z: 1 critical, 2 low; partial: 1 gap; advisories of today',
      's2  the node n1  scanned at 2026-11-27T07:59:00.000Z: no vulnerability; advisories 3 days old',
      's3  shop/web-1/web on n1  failed at 2026-11-27T08:00:00.000Z: its node does not give it (SBOM_GONE)',
      's4  shop/web-1/web on n1  queued since 2026-11-27T08:00:00.000Z, waits for a worker',
      '',
    ]);
    expect(api.requests[0]?.url).toBe(
      '/api/v1/scans?namespace=shop&node=n1&workload=c%2F1&vulnerability=CVE-1&limit=100',
    );
  });
});

describe('bulkhead workloads', () => {
  it.each([
    [['capture', 'c1', '--seconds', '30'], { kind: 'capture', seconds: 30, maxBytes: 16 * 2 ** 20 }],
    [['quarantine', 'c1', '--reason', 'odd'], { kind: 'quarantine', reason: 'odd' }],
    [['release', 'c1'], { kind: 'release' }],
  ])('%j asks for it, and says what the agent answers', async (args, action) => {
    let body: unknown;
    api.answer = async (request, response) => {
      body = JSON.parse(await text(request));
      response.end(JSON.stringify({ outcome: 'done', message: 'so it is' }));
    };
    expect(await api.bulkhead('workloads', ...args)).toEqual({ code: 0, stdout: '', stderr: 'so it is\n' });
    expect(body).toEqual(action);
    expect(api.requests[0]).toMatchObject({ method: 'POST', url: '/api/v1/workloads/c1/actions' });
  });

  it('list has each by its id, with what it is held to and whether it is', async () => {
    const owners = [{ kind: 'Pod', name: 'web-1' }];
    const web = { id: 'c1', name: 'web', namespace: 'shop', node: 'n1', owners };
    const groups = [
      { name: 'all', mode: 'monitor' },
      { name: 'shop', mode: 'protect' },
    ];
    const items = [
      { ...web, groups: [], quarantine: { state: 'done' } },
      { ...web, groups, enforced: true },
      { ...web, groups, enforced: false, problem: 'no queue' },
    ];
    api.answer = (_, response) => void response.end(JSON.stringify({ items }));
    expect((await api.bulkhead('workloads', 'list')).stdout.split('\n')).toEqual([
      'c1  shop/web-1/web  on n1  cut off',
      'c1  shop/web-1/web  on n1  all (monitor), shop (protect)',
      'c1  shop/web-1/web  on n1  all (monitor), shop (protect)  not held to its groups: no queue',
      '',
    ]);
  });
});
