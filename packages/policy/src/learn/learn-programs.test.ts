import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateExecution } from '../process/evaluate.ts';
import { learnPrograms, type ProgramLearningInput } from './learn-programs.ts';
import type { LearntDocuments } from './learnt.ts';
import type { LearntProgram } from './program.ts';
import { applied, groups, textsOf } from './test-support/policies.ts';

const learn = (programs: readonly LearntProgram[], more: Partial<ProgramLearningInput> = {}): LearntDocuments =>
  learnPrograms({ groups, policies: [], uses: programs, asked: ['shop'], ...more });

const [FIRST, LAST] = ['2026-11-20T09:00:00.000Z', '2026-11-27T09:00:00.000Z'];
const program = (executable: string, over: Partial<LearntProgram> = {}): LearntProgram => ({
  namespace: 'shop',
  workload: 'web',
  container: 'main',
  groups: ['shop'],
  executable,
  user: 1000,
  fromImage: true,
  verdict: 'allow',
  count: 3,
  firstSeen: FIRST,
  lastSeen: LAST,
  ...over,
});

interface Rule {
  readonly name: string;
  readonly action: string;
  readonly executables: readonly string[];
}
const rulesOf = ({ documents }: LearntDocuments): readonly string[] =>
  ((documents[0]?.document.spec as { readonly rules: readonly Rule[] } | undefined)?.rules ?? []).map(
    ({ name, action, executables }) => `${name}: ${action} ${executables.join(' ')}`,
  );

describe('learnPrograms', () => {
  it('allows what ran, folder by folder with how often, and denies all else', () => {
    const learnt = learn([
      program('/usr/bin/node', { count: 12 }),
      program('/bin/sh', { count: 1 }),
      program('/usr/bin/env'),
      program('/usr/bin/node', { user: 0, workload: 'api' }),
      program('/bin/db', { groups: ['db'] }),
    ]);

    expect(rulesOf(learnt)).toEqual([
      'bin: allow /bin/sh',
      'usr-bin: allow /usr/bin/env /usr/bin/node',
      'others: deny *',
    ]);
    const [{ head, comments, document } = { head: [], comments: [], document: undefined }] = learnt.documents;
    expect(document).toMatchObject({ kind: 'ProcessPolicy', metadata: { name: 'shop-learned' } });
    expect(head[0]).toBe(
      'Learnt from 19 runs of 3 programs in 2 workloads, seen from 2026-11-20 09:00 to 2026-11-27 09:00 UTC (7 days).',
    );
    expect(comments).toEqual([
      { path: ['spec', 'rules', 0], text: '1 run, the last 2026-11-27 09:00' },
      { path: ['spec', 'rules', 1], text: '18 runs, the last 2026-11-27 09:00: env 3, node 15' },
      { path: ['spec', 'rules', 2], text: 'what was not seen' },
    ]);
  });

  it('never learns what was denied, and learns what is only tried with a note', () => {
    const learnt = learn([
      program('/bin/sh', { verdict: 'block' }),
      program('/bin/ls', { verdict: 'alert' }),
      program('/bin/id', { verdict: 'block' }),
      program('/bin/id'),
    ]);
    expect(rulesOf(learnt)).toEqual(['bin: allow /bin/id /bin/ls', 'others: deny *']);
    expect(textsOf(learnt)).toContain('note shop: 1 program was denied and is not learnt: /bin/sh');
    expect(textsOf(learnt)).toContain(
      'note shop: 1 program was let run against policies that are tried, and is learnt: see whether it should be: /bin/ls',
    );
    expect(textsOf(learn([program('/bin/sh', { verdict: 'block' })]))).toContain(
      'warning shop: all programs that were seen were denied: none is allowed',
    );
  });

  it('learns for no group of which no program was told, and says so once where that is so of all', () => {
    const why = 'agents of before, and those with programs: false, tell of none';
    expect(textsOf(learn([program('/bin/sh')], { asked: ['db', 'shop'] }))).toContain(
      `note db: no policy about programs is learnt, as none of its workloads was seen to run one: ${why}`,
    );
    expect(learn([], { asked: ['db', 'shop'] })).toEqual({
      documents: [],
      notes: [{ kind: 'note', text: `no policy about programs is learnt, as none was seen: ${why}` }],
    });
    const strict = groups.map((group) => ({ ...group, mode: 'protect' as const }));
    expect(learnPrograms({ groups: strict, policies: [], uses: [program('/bin/sh')] })).toEqual({
      documents: [],
      notes: [],
    });
  });

  it('warns of what was watched for less than a day', () => {
    expect(textsOf(learn([program('/bin/sh', { firstSeen: '2026-11-27T08:15:00.000Z' })]))[0]).toBe(
      'warning shop: programs were seen over 45 minutes alone: what runs daily or at certain times only may be missing, and would be refused',
    );
  });

  it('notes what is not of the image, what ran as root among users, and what ran once long after the beginning', () => {
    const learnt = learn([
      program('/app/server'),
      program('/sbin/init', { user: 0, count: 1 }),
      program('/tmp/tool', { fromImage: false }),
      program('/bin/sh', { count: 1, firstSeen: '2026-11-22T09:00:00.000Z', lastSeen: '2026-11-22T09:00:00.000Z' }),
    ]);
    expect(textsOf(learnt)).toEqual([
      'note shop: 1 program is not of the image, and is learnt: /tmp/tool',
      'note shop: 1 program ran as root alone, where others ran as users: /sbin/init',
      'note shop: 1 program ran once, and not as its container began: see whether somebody ran it by hand: /bin/sh',
    ]);
  });

  it('notes that onlyFromImage would do where all of it is of the image', () => {
    const note = 'note shop: all of it is of the image: a policy of onlyFromImage alone would need none of these rules';
    expect(textsOf(learn([program('/bin/sh')]))).toEqual([note]);
    const { fromImage: _, ...unknown } = program('/bin/ls');
    expect(textsOf(learn([program('/bin/sh'), unknown]))).toEqual([]);
  });

  it('notes which policies are there besides', () => {
    const policies = ['shop-learned', 'shells'].map((name) => ({
      name,
      description: '',
      groups: ['shop'],
      onlyFromImage: false,
      rules: [],
    }));
    expect(textsOf(learn([program('/bin/sh')], { policies })).slice(-2)).toEqual([
      'note shop: replaces the process policy shop-learned that is there',
      'note shop: beside shells: what those deny or allow they go on to',
    ]);
  });

  it('allows all of a folder in which too many names ran, folders among them, and says so', () => {
    const many = Array.from({ length: 65 }, (_, at) => program(`/nix/store/${at}/bin/tool`));
    const learnt = learn([...many, program('/bin/sh')]);
    expect(rulesOf(learnt)).toEqual(['bin: allow /bin/sh', 'nix-store: allow /nix/store/*', 'others: deny *']);
    expect(learnt.documents[0]?.comments[1]?.text).toBe('195 runs of 65 programs, the last 2026-11-27 09:00');
    expect(textsOf(learnt)).toContain(
      'note shop: 1 folder has more programs than are told one by one: all that is in it is allowed: /nix/store/*',
    );
    expect(rulesOf(learn(many.slice(1)))).toHaveLength(2);
  });

  it('goes on denying what was denied in a folder that is allowed as a whole', () => {
    const many = Array.from({ length: 65 }, (_, at) => program(`/tmp/x/${at}`));
    const denied = ['/tmp/x/sub/nc', '/bin/nc', '/tmp/a*b', '/tmp/x/*'].map((path) =>
      program(path, { verdict: 'block' }),
    );
    const learnt = learn([...many, program('/tmp/a?b'), ...denied]);

    expect(rulesOf(learnt)).toEqual([
      'denied: deny /tmp/x/sub/nc',
      'tmp: allow /tmp/a?b',
      'tmp-x: allow /tmp/x/*',
      'others: deny *',
    ]);
    expect(learnt.documents[0]?.comments.map(({ path, text }) => `${path.at(-1)} ${text}`)).toMatchObject([
      '0 what was denied, and would be allowed by a rule below',
      expect.stringMatching(/^1 /),
      expect.stringMatching(/^2 195 runs/),
      '3 what was not seen',
    ]);
    expect(textsOf(learnt)).toContain(
      'warning shop: 2 programs were denied, and would be allowed, since no rule can tell them from what was not: /tmp/a*b, /tmp/x/*',
    );
    applied(learnt);
  });

  it('warns where more was denied of what is allowed than a rule can name', () => {
    const many = Array.from({ length: 65 }, (_, at) => program(`/tmp/${at}`));
    const denied = Array.from({ length: 130 }, (_, at) => program(`/tmp/d${at}`, { verdict: 'block' }));
    const learnt = learn([...many, ...denied]);
    expect(textsOf(learnt)).toContain(
      'warning shop: 2 programs were denied, and would be allowed, since they are more than a rule can name: /tmp/d98, /tmp/d99',
    );
    applied(learnt);
  });

  it('warns where globs are too many to be held against what was denied', () => {
    const many = Array.from({ length: 300 }, (_, at) => program(`/${at % 60}/a?${at}`));
    const warning =
      'warning shop: so many names have characters that no rule can say that some may allow what was denied';
    expect(textsOf(learn([...many, program('/bin/x', { verdict: 'block' })]))).toContain(warning);
    expect(textsOf(learn(many))).not.toContain(warning);
  });

  it('warns where what ran is so much that nothing is denied', () => {
    const learnt = learn(Array.from({ length: 65 }, (_, at) => program(`/${at}`)));
    expect(rulesOf(learnt)).toEqual(['root-folder: allow /*', 'others: deny *']);
    expect(textsOf(learnt)[0]).toBe(
      'warning shop: so many names ran from the root folder that any program is allowed: write rules by hand',
    );
  });

  it('says names that globs would misread as narrowly as globs can, and that it does', () => {
    const learnt = learn([program('/tmp/a*b'), program('/tmp/a?')]);
    expect(rulesOf(learnt)).toEqual(['tmp: allow /tmp/a? /tmp/a?b', 'others: deny *']);
    expect(textsOf(learnt)).toContain(
      'note shop: 2 programs have characters in their names that no rule can say: any character is allowed in their place: /tmp/a?, /tmp/a?b',
    );
  });

  it('has one rule for what globs cannot tell apart', () => {
    const learnt = learn(['/*/a', '/?/a', '/"/a'].map((path) => program(path)));
    expect(applied(learnt).processes[0]?.rules.map(({ executables }) => executables)).toEqual([
      ['/"/a'],
      ['/?/a'],
      ['*'],
    ]);
  });

  it('fits into a policy whatever ran', () => {
    const paths = Array.from({ length: 40_000 }, (_, at) => `/a${at % 50}/b${at % 61}/c${at % 63}/d${at % 7}`);
    const deep = Array.from({ length: 200 }, (_, at) => `${`/${'x'.repeat(at % 9)}`.repeat(at)}/p`);
    const learnt = learn([...paths, ...deep].map((path) => program(path)));
    const { groups: known, processes } = applied(learnt);
    for (const executable of [...paths, ...deep]) {
      const decision = evaluateExecution({ executable, fromImage: false }, ['shop'], { groups: known, processes });
      expect(decision.verdict).toBe('allow');
    }
    const decision = evaluateExecution({ executable: '/z', fromImage: true }, ['shop'], { groups: known, processes });
    expect(decision.verdict).toBe('deny');
  });

  const part = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('a', 'b', 'bin', 'x y', 'é') },
    {
      weight: 1,
      arbitrary: fc.constantFrom('[a]', '{b}', 'a, b', 'a: b', '!x', '&y', '\ufeff', '\n', '\t', '\u0085', '\u200b'),
    },
    { weight: 1, arbitrary: fc.constantFrom('*', '?', 'a*', '', '.', '\u2028', '"', '# c', '\uD83E') },
    { weight: 1, arbitrary: fc.nat(200).map(String) },
  );
  const path = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => `/${parts.join('/')}`);
  const observed = fc.record({
    executable: path,
    verdict: fc.constantFrom('allow', 'alert', 'block'),
    user: fc.nat(2),
    fromImage: fc.boolean(),
    count: fc.nat(3),
    workload: fc.constantFrom('web', 'api'),
    groups: fc.constantFrom(['shop'], ['shop', 'db']),
  } as const);
  const programs = fc
    .array(observed, { maxLength: 300, size: 'max' })
    .map((all) => all.map(({ executable, ...over }) => program(executable, over as Partial<LearntProgram>)));

  const isOfTooMany = ({ text }: { readonly text: string }): boolean => text.includes('more than a rule can name');

  it('allows every program that ran and was not denied, and denies what was and what never ran', () => {
    fc.assert(
      fc.property(programs, path, (some, stranger) => {
        const learnt = learn(some);
        if (learnt.documents.length === 0) return;
        const { groups: known, processes } = applied(learnt);
        const verdictOf = (executable: string): string =>
          evaluateExecution({ executable, fromImage: true }, ['shop'], { groups: known, processes }).verdict;
        const ran = some.filter(({ verdict }) => verdict !== 'block').map(({ executable }) => executable);
        for (const executable of ran) expect(verdictOf(executable)).toBe('allow');
        for (const { executable } of some) {
          const isSaid = ran.includes(executable) || /[*?]/.test(executable) || learnt.notes.some(isOfTooMany);
          expect(isSaid || verdictOf(executable) === 'deny').toBe(true);
        }
        const isMeant = rulesOf(learnt).some((rule) => /\/\*( |$)/.test(rule)) || ran.some((one) => /[*?]/.test(one));
        expect(isMeant || ran.includes(stranger) || verdictOf(stranger) === 'deny').toBe(true);
      }),
    );
  });

  it('gives the same for the same programs in whatever order', () => {
    const shuffled = programs.chain((some) =>
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
