import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
afterEach(() => api.close());

/** Answers a scan as an api does: its end is an event that comes after some questions. */
function scanning(end: { readonly kind: string; readonly document: object }): void {
  let asked = 0;
  api.answer = ({ method, url = '' }, response) => {
    if (method === 'POST') {
      response.end(JSON.stringify({ outcome: 'done', message: 'it is being scanned', scan: 's1' }));
    } else if (url.endsWith('/sbom')) {
      response.end(SBOM);
    } else {
      asked += 1;
      const other = { id: 4, document: { scan: 's0', file: 'scan-s0.cdx.json' } };
      const items = asked > 2 && url.includes(`kind=${end.kind}`) ? [{ id: 5, document: end.document }] : [other];
      response.end(JSON.stringify({ items }));
    }
  };
}

describe('bulkhead workloads scan', () => {
  it('waits for the agent and judges what it found, as every other scan', async () => {
    scanning({ kind: 'scan-written', document: { scan: 's1', file: 'scan-s1.cdx.json' } });
    const [report, sbom] = [join(api.folder, 'report.json'), join(api.folder, 'sbom.json')];
    const options = ['--format', 'cyclonedx', '--db', join(api.folder, 'none.db'), '--output', report, '--sbom', sbom];
    const { code, stderr } = await api.bulkhead('workloads', 'scan', 'c/1', ...options);

    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('scanned "c/1": 1 package') });
    expect(await readFile(report, 'utf8')).toContain('pkg:apk/alpine/musl@1.2.5-r0');
    expect(await readFile(sbom, 'utf8')).toBe(SBOM);
    expect(api.requests[0]).toMatchObject({ method: 'POST', url: '/api/v1/workloads/c%2F1/actions' });
    expect(api.requests.at(-1)?.url).toBe('/api/v1/events/5/sbom');
  });

  it('is partial where the agent could not look at everything', async () => {
    scanning({ kind: 'scan-written', document: { scan: 's1', gaps: 3 } });
    const options = ['--format', 'cyclonedx', '--db', join(api.folder, 'none.db')];
    expect(await api.bulkhead('workloads', 'scan', 'c1', ...options)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('partial: 1 gap'),
    });
  });

  it('asks the agent of a node for the node', async () => {
    scanning({ kind: 'scan-written', document: { scan: 's1' } });
    const options = ['--node', '--format', 'cyclonedx', '--db', join(api.folder, 'none.db')];
    const { code, stdout } = await api.bulkhead('workloads', 'scan', 'agent-1', ...options);
    expect(code).toBe(0);
    expect(stdout).toContain('musl');
    expect(api.requests[0]?.url).toBe('/api/v1/agents/agent-1/actions');
  });

  it('says why a scan failed', async () => {
    scanning({ kind: 'scan-failed', document: { scan: 's1', problem: 'it needs more than 384 MiB of memory' } });
    const options = ['--format', 'cyclonedx', '--db', join(api.folder, 'none.db')];
    expect(await api.bulkhead('workloads', 'scan', 'c1', ...options)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('error: cannot scan it: it needs more than 384 MiB of memory; ask again\n'),
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
