import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { run } from '../../run.ts';
import { TestApi } from '../../test-support/test-api.ts';
import { bulkhead as inProcess } from '../../testing/bulkhead.ts';

const EXAMPLE = fileURLToPath(new URL('../../../../../examples/learning/', import.meta.url));
const [LINES, POLICY] = [join(EXAMPLE, 'agent.jsonl'), join(EXAMPLE, 'policy.yaml')];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-learn-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function bulkhead(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await run([...args], { stdout, stderr, signal: new AbortController().signal }, '1');
  stdout.end();
  stderr.end();
  return { code, stdout: await text(stdout), stderr: await text(stderr) };
}

const learn = (...args: readonly string[]) => bulkhead('policy', 'learn', ...args, '--policy', POLICY);

describe('bulkhead policy learn', () => {
  it('writes what the example shows from the lines of agents, and the policy is valid with it', async () => {
    const { code, stdout, stderr } = await learn(LINES);

    expect(code).toBe(0);
    expect(readingOf(stdout)).toEqual(readingOf(await readFile(join(EXAMPLE, 'learned.yaml'), 'utf8')));
    expect(stderr).toContain('warning: group shop-db: flows were seen over 1 hour alone: ');
    expect(stderr).toMatch(/\n7 documents, 15 notes\n$/);
    const learned = join(folder, 'learned.yaml');
    await writeFile(learned, stdout);
    expect(await bulkhead('policy', 'check', POLICY, learned)).toMatchObject({ code: 0 });
  });

  it('is valid as well once its groups are in protect', async () => {
    const [strict, learned] = [join(folder, 'policy.yaml'), join(folder, 'learned.yaml')];
    await writeFile(strict, (await readFile(POLICY, 'utf8')).replaceAll('mode: discover', 'mode: protect'));
    const asked = ['shop-api', 'shop-db', 'shop-web'].flatMap((name) => ['--group', name]);
    const { stdout } = await bulkhead('policy', 'learn', LINES, '--policy', strict, ...asked);
    await writeFile(learned, stdout);
    expect(await bulkhead('policy', 'check', strict, learned)).toMatchObject({ code: 0 });
    expect((await bulkhead('policy', 'learn', LINES, '--policy', strict)).stderr).toContain('0 documents');
  });

  it('reads what is piped to it', () => {
    const { status, stdout } = inProcess(['policy', 'learn', '-', '--policy', POLICY, '--group', 'shop-api'], lines());
    expect({ status, sets: stdout.match(/kind: NetworkRuleSet/g)?.length }).toEqual({ status: 0, sets: 1 });
  });

  it('says in words what applying it would change', async () => {
    const { stdout, stderr } = await learn(LINES, '--group', 'shop-db', '--diff');
    expect(stdout).toContain(
      'group shop-db: ingress, rule set shop-db-learned: rule shop-api-5432 is new: allows shop-api on 5432/tcp as postgresql\n',
    );
    expect(stderr).toMatch(/\n3 changes, 7 notes\n$/);
    const learned = join(folder, 'learned.yaml');
    await writeFile(learned, (await learn(LINES)).stdout);
    expect(await learn(LINES, '--policy', learned, '--diff')).toMatchObject({ stdout: '' });
  });

  it('learns only what is asked for', async () => {
    const kinds = async (...args: readonly string[]): Promise<ReadonlySet<string>> =>
      new Set((await learn(LINES, ...args)).stdout.match(/kind: \w+/g));
    expect(await kinds('--only', 'network')).toEqual(new Set(['kind: NetworkRuleSet']));
    expect(await kinds('--only', 'programs')).toEqual(new Set(['kind: ProcessPolicy']));
    const { stderr } = await learn(LINES, '--only', 'programs', '--group', 'shop-api');
    expect(stderr).toContain('note: group shop-api: 1 program is not of the image, and is learnt: /tmp/strace\n');
    expect(stderr).toMatch(/\n1 document, 3 notes\n$/);
    expect(await kinds('--only', 'files')).toEqual(new Set(['kind: FilePolicy']));
    expect(await kinds('--only', 'network', '--only', 'programs')).toHaveProperty('size', 2);
    const twice = await learn(LINES, '--only', 'programs', '--only', 'programs');
    expect(twice).toEqual(await learn(LINES, '--only', 'programs'));
  });

  it('has rules say nothing of applications where nobody wants that', async () => {
    expect((await learn(LINES, '--no-applications')).stdout).not.toContain('applications:');
  });

  it('warns of what it could not read or agents could not count', async () => {
    const file = join(folder, 'agent.jsonl');
    const events = (await readFile(LINES, 'utf8'))
      .replaceAll('"flows":[', '"notCounted":2,"flows":[{"direction":"up"},')
      .replaceAll('"programs":[', '"notCounted":3,"programs":[{"executable":"sh"},')
      .replaceAll('"files":[', '"notCounted":4,"files":[{"path":"a"},');
    await writeFile(file, `not JSON\n${events}{"event":"flows"}\n${'x'.repeat(1024 * 1024 + 1)}\n{"event":"fl`);
    const { code, stderr } = await learn(file);
    expect(code).toBe(0);
    expect(stderr).toContain(
      'warning: 14 packets found no room in what agents count: what was only there would be cut\n',
    );
    expect(stderr).toContain('warning: 8 flows could not be read: what was only there would be cut\n');
    expect(stderr).toContain('warning: 15 runs found no room in what agents count: what was only there would be cut\n');
    expect(stderr).toContain('warning: 5 programs could not be read: what was only there would be cut\n');
    expect(stderr).toContain(
      'warning: 20 writes found no room in what agents count: what was only there would be cut\n',
    );
    expect(stderr).toContain('warning: 5 files could not be read: what was only there would be cut\n');
    expect(stderr).toContain('warning: 3 lines could not be read: what was only there would be cut\n');
  });

  it.each([
    [[LINES], 'no policy is named'],
    [['--policy', POLICY], 'there is nothing to learn from; name files with lines of agents'],
    [[LINES, '--policy', POLICY, '--since', '2026-11-20T00:00:00Z'], '--since is for --api'],
    [[LINES, '--api', 'https://localhost'], 'files are named beside --api'],
    [['--api', 'https://localhost'], 'no token is named'],
    [
      ['--api', 'https://localhost', '--policy', POLICY],
      "option '--api <url>' cannot be used with option '--policy <path>'",
    ],
    [
      [LINES, '--policy', POLICY, '--group', 'nobody'],
      'there is no group "nobody" in the policy; name one of shop-api',
    ],
    [
      ['/dev/null', '--policy', POLICY],
      'there is nothing to learn from: no "flows", "programs", or "files" event is in /dev/null',
    ],
    [['/nowhere', '--policy', POLICY], 'cannot read "/nowhere": there is no such file'],
    [['-', '-', '--policy', POLICY], '"-" is given more than once'],
    [[LINES, '--policy', POLICY, '--only', 'all'], 'it must be one of network, programs, files'],
    [['/dev/null', '--policy', POLICY, '--only', 'programs'], 'no "programs" event is in /dev/null'],
    [[LINES, '--policy', POLICY, '--max-addresses', '0'], 'it must be a number from 1 to 256'],
  ])('refuses %j in one line', async (args, message) => {
    const { code, stdout, stderr } = await bulkhead('policy', 'learn', ...args);
    expect({ code, stdout }).toEqual({ code: expect.any(Number), stdout: '' });
    expect(code).toBeGreaterThan(0);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('bulkhead policy learn --api', () => {
  const document = {
    apiVersion: 'bulkhead.io/v1alpha1',
    kind: 'NetworkRuleSet',
    metadata: { name: 'shop-learned' },
    spec: { groups: ['shop'], ingress: [{ name: 'web-80', action: 'allow', peers: ['web'], ports: [80] }] },
  };
  const answer = {
    version: '7',
    documents: [{ document, head: ['Learnt.'], comments: [{ path: ['spec', 'ingress', 0], text: '3 sessions' }] }],
    notes: [
      { kind: 'warning', group: 'shop', text: 'look' },
      { kind: 'note', text: 'so' },
    ],
    changes: [{ of: 'group shop', change: 'closes' }],
  };
  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.open();
    api.answer = (_, response) => void response.end(JSON.stringify(answer));
  });
  afterEach(() => api.close());

  it('asks for what is wanted, and writes what was learnt as from files', async () => {
    const asked = [
      '--group',
      'shop',
      '--group',
      'web',
      '--only',
      'network',
      '--only',
      'programs',
      '--since',
      '2026-11-20T00:00:00Z',
      '--no-applications',
      '--max-addresses',
      '9',
    ];
    const { code, stdout, stderr } = await api.bulkhead('policy', 'learn', ...asked);

    expect(api.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /api/v1/policies/learned?group=shop&group=web&only=network&only=programs&since=2026-11-20T00%3A00%3A00Z&applications=false&maxAddresses=9',
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^# Learnt\.\n\napiVersion: [\s\S]*\n {4}# 3 sessions\n {4}- \{ name: web-80,/);
    expect(stderr).toBe('warning: group shop: look\nnote: so\n1 document, 2 notes\n');
    expect(await api.bulkhead('policy', 'learn', '--diff')).toMatchObject({ stdout: 'group shop: closes\n' });
  });

  it('says what an api refuses', async () => {
    api.answer = (_, response) => {
      response.writeHead(404, { 'content-type': 'application/problem+json' });
      response.end(JSON.stringify({ detail: 'There is no group "x".' }));
    };
    expect(await api.bulkhead('policy', 'learn', '--group', 'x')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('error: There is no group "x".'),
    });
  });
});

/** What is in a file, but for where its lines end. */
function readingOf(yaml: string): unknown {
  const documents = parseAllDocuments(yaml);
  const comments = yaml.split('\n').flatMap((line) => (/^\s*#/.test(line) ? [line.trim()] : []));
  return [comments, Array.isArray(documents) ? documents.map((one) => one.toJS() as unknown) : []];
}

function lines(): Buffer<ArrayBuffer> {
  const event = { event: 'flows', time: '2026-11-27T09:00:00Z', workloads: [{ name: 'api' }], groups: ['shop-api'] };
  const flow = {
    direction: 'ingress',
    protocol: 'tcp',
    peer: '192.0.2.1',
    port: 80,
    verdict: 'allow',
    sessions: 1,
    bytes: 1,
  };
  return Buffer.from(JSON.stringify({ ...event, flows: [flow] }));
}
