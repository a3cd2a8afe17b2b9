import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateFileUse } from '../file/evaluate.ts';
import { FILE_ACCESSES, type FileAccess } from '../file/schema.ts';
import type { LearntFile } from './file.ts';
import { type FileLearningInput, learnFiles } from './learn-files.ts';
import type { LearntDocuments } from './learnt.ts';
import { applied, groups, textsOf } from './test-support/policies.ts';

const learn = (files: readonly LearntFile[], more: Partial<FileLearningInput> = {}): LearntDocuments =>
  learnFiles({ groups, policies: [], uses: files, asked: ['shop'], ...more });

const [FIRST, LAST] = ['2026-11-20T09:00:00.000Z', '2026-11-27T09:00:00.000Z'];
const file = (path: string, over: Partial<LearntFile> = {}): LearntFile => ({
  namespace: 'shop',
  workload: 'web',
  container: 'main',
  groups: ['shop'],
  path,
  access: 'write',
  verdict: 'allow',
  count: 3,
  firstSeen: FIRST,
  lastSeen: LAST,
  ...over,
});
const folder = (path: string, over: Partial<LearntFile> = {}): LearntFile => file(path, { folder: true, ...over });

interface Rule {
  readonly name: string;
  readonly action: string;
  readonly paths: readonly string[];
  readonly access: readonly string[];
}
const rulesOf = ({ documents }: LearntDocuments): readonly string[] =>
  ((documents[0]?.document.spec as { readonly rules: readonly Rule[] } | undefined)?.rules ?? [])
    .filter(({ name }) => name !== 'devices')
    .map(({ name, action, paths, access }) => `${name}: ${action} ${access.join(' ')} ${paths.join(' ')}`);
const commentsOf = ({ documents }: LearntDocuments): readonly string[] =>
  documents.flatMap(({ comments }) => comments.map(({ text }) => text));
const deciding = (learnt: LearntDocuments) => {
  const { groups: known, files } = applied(learnt);
  return (path: string, access: FileAccess = 'write'): string =>
    evaluateFileUse({ path, access }, ['shop'], { groups: known, files }).verdict;
};

describe('learnFiles', () => {
  it('allows writing what was written, folder by folder with how often and by whom, and denies writing all else', () => {
    const by = { executable: '/usr/bin/node' };
    const learnt = learn([
      file('/data/a', { count: 12, ...by }),
      file('/data/b', by),
      file('/data/b', { workload: 'api', ...by }),
      file('/run/app.pid', { count: 1, executable: '/bin/sh' }),
      file('/run/app.pid'),
      file('/data/other', { groups: ['db'] }),
    ]);

    expect(rulesOf(learnt)).toEqual([
      'data: allow write /data/a /data/b',
      'run: allow write /run/app.pid',
      'others: deny write *',
    ]);
    const [{ head, document } = { head: [], document: undefined }] = learnt.documents;
    expect(document).toMatchObject({ kind: 'FilePolicy', metadata: { name: 'shop-learned' } });
    expect(head[0]).toBe(
      'Learnt from 22 writes of 3 files in 2 workloads, seen from 2026-11-20 09:00 to 2026-11-27 09:00 UTC (7 days).',
    );
    expect(commentsOf(learnt)).toEqual([
      '18 writes by /usr/bin/node, the last 2026-11-27 09:00: a 12, b 6',
      '4 writes, the last 2026-11-27 09:00',
      'the devices that every container has',
      'what was not seen',
    ]);
  });

  it('allows the devices that every container has, also where one was denied or a folder is called alike', () => {
    const learnt = learn([file('/devices/a'), file('/dev/null', { verdict: 'block' })]);
    const verdictOf = deciding(learnt);
    expect(['/dev/null', '/dev/pts/0', '/dev/tty', '/devices/a'].map((path) => verdictOf(path))).toEqual(
      Array.from({ length: 4 }, () => 'allow'),
    );
    expect(['/dev/sda', '/dev/nullx', '/devices/b'].map((path) => verdictOf(path))).toEqual(['deny', 'deny', 'deny']);
  });

  it('asks about writing alone', () => {
    const verdictOf = deciding(learn([file('/data/a')]));
    expect(['/data/a', '/data/b'].map((path) => verdictOf(path))).toEqual(['allow', 'deny']);
    expect(['/data/a', '/etc/x'].flatMap((path) => [verdictOf(path, 'read'), verdictOf(path, 'execute')])).toEqual(
      Array.from({ length: 4 }, () => 'allow'),
    );
  });

  it('takes a folder that stands for names nobody tells for all that is in it', () => {
    const learnt = learn([folder('/tmp'), file('/tmp/a'), file('/tmp/sub/b'), file('/tmpfile'), file('/data/a')]);
    expect(rulesOf(learnt)).toEqual([
      'root-folder: allow write /tmpfile',
      'data: allow write /data/a',
      'tmp: allow write /tmp/*',
      'others: deny write *',
    ]);
    expect(textsOf(learnt)).toContain(
      'note shop: 1 folder has more files than are told one by one: all that is in it is allowed: /tmp/*',
    );
    expect(rulesOf(learn([folder('/')]))).toEqual(['root-folder: allow write /*', 'others: deny write *']);
  });

  it('takes no file that is called as a glob for a folder', () => {
    const learnt = learn([file('/tmp/*'), file('/tmp/x/?')]);
    const verdictOf = deciding(learnt);
    expect(rulesOf(learnt)[0]).toBe('tmp: allow write /tmp/?');
    expect(['/tmp/*', '/tmp/x/?', '/tmp/ab', '/tmp/x/ab'].map((path) => verdictOf(path))).toEqual([
      'allow',
      'allow',
      'deny',
      'deny',
    ]);
  });

  it('never learns what was denied, and goes on denying it in a folder that is allowed as a whole', () => {
    const denied = [file('/tmp/evil'), file('/etc/passwd'), folder('/tmp/x')];
    const learnt = learn([folder('/tmp'), ...denied.map((one) => ({ ...one, verdict: 'block' as const }))]);
    expect(rulesOf(learnt)).toEqual([
      'denied: deny write /tmp/evil',
      'tmp: allow write /tmp/*',
      'others: deny write *',
    ]);
    expect(textsOf(learnt)).toEqual([
      'warning shop: 1 file was denied, and would be allowed, since no rule can tell it from what was not: /tmp/x/*',
      'note shop: 1 folder has more files than are told one by one: all that is in it is allowed: /tmp/*',
      'note shop: 3 files were denied and are not learnt: /etc/passwd, /tmp/evil, /tmp/x/*',
    ]);
    expect(textsOf(learn([file('/a', { verdict: 'block' })]))).toContain(
      'warning shop: all writes that were seen were denied: none is allowed',
    );
  });

  it('notes what policies in trial would have denied, where programs come from, and settings', () => {
    const learnt = learn([
      file('/usr/bin/node', { verdict: 'alert' }),
      folder('/lib'),
      file('/usr/local/lib/x.so'),
      file('/home/usr/bin/x'),
      file('/etc/app.conf'),
      file('/etcetera'),
    ]);
    expect(textsOf(learnt).slice(1)).toEqual([
      'note shop: 1 file was let be written against policies that are tried, and is learnt: see whether it should be: /usr/bin/node',
      'note shop: 3 files are where programs come from, and are learnt: see who changes what is run: /lib, /usr/bin/node, /usr/local/lib/x.so',
      'note shop: 1 file is of the settings of the system, and is learnt: see whether it should be: /etc/app.conf',
    ]);
  });

  it('learns for no group of which no file was told, and says what that may be', () => {
    const why =
      'where they write nothing, a read-only root file system says as much; agents of before, and those with files: false, tell of none';
    expect(textsOf(learn([file('/a')], { asked: ['db', 'shop'] }))).toContain(
      `note db: no policy about files is learnt, as none of its workloads was seen to write one: ${why}`,
    );
    expect(learn([], { asked: ['db', 'shop'] })).toEqual({
      documents: [],
      notes: [{ kind: 'note', text: `no policy about files is learnt, as none was seen to be written: ${why}` }],
    });
  });

  it('warns of what was watched for less than a day, and notes which policies are there besides', () => {
    const policies = ['shop-learned', 'secrets'].map((name) => ({
      name,
      description: '',
      groups: ['shop'],
      rules: [],
    }));
    expect(textsOf(learn([file('/a', { firstSeen: '2026-11-27T08:15:00.000Z' })], { policies }))).toEqual([
      'warning shop: files were seen over 45 minutes alone: what is written daily or at certain times only may be missing, and would be refused',
      'note shop: replaces the file policy shop-learned that is there',
      'note shop: beside secrets: what those deny or allow they go on to',
    ]);
  });

  it('fits into a policy whatever was written, and warns where that is everything', () => {
    const hostile = ['<img src=x onerror=alert(1)>', `'; drop table file; --`, '\u001b[2J', '\u202e', 'a\nb: c', '---'];
    const paths = [
      ...Array.from({ length: 40_000 }, (_, at) => `/a${at % 50}/b${at % 61}/c${at % 63}/d${at % 7}`),
      ...hostile.map((name) => `/data/${name}`),
      ...Array.from({ length: 60 }, (_, at) => `/long/${at}${'x'.repeat(4_000)}`),
    ];
    const longest = `/long/${'y'.repeat(4_088)}`;
    const learnt = learn([...paths.map((path) => file(path)), folder(longest)]);
    const verdictOf = deciding(learnt);
    for (const path of paths) expect(verdictOf(path)).toBe('allow');
    expect(verdictOf(`${longest}/a`)).toBe('allow');
    expect(verdictOf('/z')).toBe('deny');
    const all = learn(Array.from({ length: 65 }, (_, at) => file(`/${at}/x`)));
    expect(textsOf(all)[0]).toBe(
      'warning shop: so much was written in the root folder that any file may be written: write rules by hand',
    );
  });

  const part = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('a', 'b', 'tmp', 'x y', 'é') },
    {
      weight: 1,
      arbitrary: fc.constantFrom('[a]', '{b}', 'a, b', 'a: b', '!x', '&y', '\ufeff', '\n', '\t', '\u0085', '\u200b'),
    },
    { weight: 1, arbitrary: fc.constantFrom('*', '?', 'a*', '', '.', '\u2028', '"', '# c', '\uD83E') },
    { weight: 1, arbitrary: fc.nat(200).map(String) },
  );
  const path = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => `/${parts.join('/')}`);
  const observed = fc.record({
    path,
    isFolder: fc.nat(9).map((nine) => nine === 0),
    executable: fc.constantFrom(undefined, '/bin/a', '/bin/b'),
    verdict: fc.constantFrom('allow', 'alert', 'block'),
    count: fc.nat(3),
    workload: fc.constantFrom('web', 'api'),
    groups: fc.constantFrom(['shop'], ['shop', 'db']),
  } as const);
  const files = fc.array(observed, { maxLength: 300, size: 'max' }).map((all) =>
    all.map(({ path: of, isFolder, executable, ...over }) =>
      file(of, {
        ...(over as Partial<LearntFile>),
        ...(isFolder && { folder: true }),
        ...(executable !== undefined && { executable }),
      }),
    ),
  );
  /** What stands for names nobody tells: whatever those are. */
  const within = ({ path: of, folder: isFolder }: LearntFile): string =>
    isFolder === true ? `${of}${of.endsWith('/') ? '' : '/'}some/name` : of;
  const isOfTooMany = ({ text }: { readonly text: string }): boolean => text.includes('more than a rule can name');

  it('allows every write that was seen and not denied, denies what was and what never was, and leaves reads alone', () => {
    fc.assert(
      fc.property(files, path, (some, stranger) => {
        const learnt = learn(some);
        if (learnt.documents.length === 0) return;
        const verdictOf = deciding(learnt);
        const wrote = some.filter(({ verdict }) => verdict !== 'block').map(within);
        const denied = some.filter(({ verdict }) => verdict === 'block');
        for (const one of wrote) {
          const isDenied = denied.some((other) => other.path === one && other.folder !== true);
          expect(isDenied || verdictOf(one) === 'allow').toBe(true);
        }
        const isWhole = some.some((one) => one.folder === true && one.verdict !== 'block');
        for (const { path: of, folder: isFolder } of denied) {
          const isSaid = isFolder === true || wrote.includes(of) || /[*?]/.test(of) || learnt.notes.some(isOfTooMany);
          expect(isSaid || verdictOf(of) === 'deny').toBe(true);
        }
        const isMeant =
          isWhole || rulesOf(learnt).some((rule) => /\/\*( |$)/.test(rule)) || wrote.some((one) => /[*?]/.test(one));
        expect(isMeant || wrote.includes(stranger) || verdictOf(stranger) === 'deny').toBe(true);
        for (const access of FILE_ACCESSES) {
          if (access === 'write') continue;
          for (const one of [stranger, ...wrote]) expect(verdictOf(one, access)).toBe('allow');
        }
      }),
    );
  });

  it('gives the same for the same files in whatever order', () => {
    const shuffled = files.chain((some) =>
      fc
        .shuffledSubarray([...some], { minLength: some.length, maxLength: some.length })
        .map((other) => [some, other] as const),
    );
    fc.assert(
      fc.property(shuffled, ([some, other]) => {
        expect(learn(other)).toEqual(learn(some));
      }),
    );
  });
});
