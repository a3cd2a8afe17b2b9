import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestApi } from '../test-support/test-api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await TestApi.open();
});
afterEach(() => api.close());

const DIGEST = `sha256:${'5d'.repeat(32)}`;
const IMAGE = {
  digest: DIGEST,
  platform: 'linux/amd64',
  names: ['hub/shop/api:1', 'hub/shop/api:latest', 'hub/shop/api:x'],
  status: 'complete',
  scannedAt: '2026-11-27T08:00:00.000Z',
  vulnerabilities: { low: 2, critical: 1 },
  secrets: 0,
};

describe('bulkhead images', () => {
  it('list has each on a line by its digest, with what counts in it', async () => {
    const { scannedAt: _, ...never } = IMAGE;
    const items = [
      IMAGE,
      { ...IMAGE, names: ['hub/a:1'], status: 'partial', vulnerabilities: {}, secrets: 1 },
      { ...never, names: [], status: 'pending' },
      { ...never, names: ['hub/a:1', 'hub/a:2'], status: 'failed', failure: 'a layer is damaged' },
    ];
    api.answer = (_request, response) => void response.end(JSON.stringify({ items }));
    const { code, stdout } = await api.bulkhead('images', 'list', '--registry', 'hub', '--vulnerability', 'CVE-1');

    expect(code).toBe(0);
    expect(stdout.replaceAll(DIGEST, 'D').split('\n')).toEqual([
      'D  hub/shop/api:1 and 2 more tags  linux/amd64  scanned at 2026-11-27T08:00:00.000Z: 1 critical, 2 low',
      'D  hub/a:1  linux/amd64  scanned at 2026-11-27T08:00:00.000Z: no vulnerability; 1 secret; partial: not everything could be looked at',
      'D  no tag leads to it  linux/amd64  not scanned yet',
      'D  hub/a:1 and 1 more tag  linux/amd64  it cannot be scanned: a layer is damaged',
      '',
    ]);
    expect(api.requests[0]?.url).toBe('/api/v1/images?registry=hub&vulnerability=CVE-1&limit=100');
  });

  it('show prints all of it', async () => {
    api.answer = (_, response) => void response.end(JSON.stringify(IMAGE));
    const { stdout } = await api.bulkhead('images', 'show', DIGEST);
    expect(JSON.parse(stdout)).toEqual(IMAGE);
    expect(api.requests[0]?.url).toBe(`/api/v1/images/${encodeURIComponent(DIGEST)}`);
  });

  it('findings has those of the severities that are asked for, over all pages', async () => {
    const musl = { name: 'musl', version: '1.2.5-r0' };
    const suppressed = { by: 'vex', statement: 's', reason: 'the code is not there' };
    const pages = [
      [
        {
          kind: 'vulnerability',
          id: 'CVE-1',
          severity: 'high',
          package: musl,
          fixedVersions: ['1.2.5-r1'],
          title: 't',
        },
        { kind: 'vulnerability', id: 'CVE-2', severity: 'low', package: musl, fixedVersions: [], title: 't' },
      ],
      [
        {
          kind: 'vulnerability',
          id: 'CVE-3',
          severity: 'critical',
          package: musl,
          fixedVersions: [],
          title: '',
          suppressed,
        },
        { kind: 'secret', id: 'aws-key', severity: 'critical', masked: 'AKIA***', location: { path: 'app/.env' } },
      ],
    ];
    api.answer = ({ url = '' }, response) => {
      const isFirst = !url.includes('after=');
      response.end(JSON.stringify({ items: pages[isFirst ? 0 : 1], ...(isFirst && { next: 'more' }) }));
    };
    const findings = (...more: readonly string[]) => api.bulkhead('images', 'findings', DIGEST, ...more);

    expect(await findings('--severity', 'critical,high')).toEqual({
      code: 0,
      stdout:
        'high  CVE-1  musl 1.2.5-r0  fixed in 1.2.5-r1  t\n' +
        'critical  CVE-3  musl 1.2.5-r0  does not count: the code is not there\n' +
        'critical  aws-key  app/.env  AKIA***\n',
      stderr: '',
    });
    expect(await findings('--severity', 'critical', '--limit', '1')).toMatchObject({
      stdout: expect.stringMatching(/^critical {2}CVE-3 [^\n]+\n$/),
      stderr: expect.stringContaining('there are more'),
    });
    expect((await findings('--limit', '1')).stderr).toContain('there are more');
    expect((await findings('--severity', 'awful')).stderr).toContain('must be some of');
  });

  it('says why it is refused', async () => {
    api.answer = (_, response) => {
      response.statusCode = 404;
      response.end(JSON.stringify({ detail: 'There is no image of this digest that was scanned.' }));
    };
    expect(await api.bulkhead('images', 'findings', DIGEST)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'error: There is no image of this digest that was scanned.\n',
    });
  });
});
