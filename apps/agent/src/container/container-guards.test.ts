import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ContainerGuards } from './container-guards.ts';
import { type ContainerPlan, isHeld } from './container-plan.ts';

/** Writes down what is asked of the sentinel, in order; `refuse` gives the code with which a call fails. */
function stage(refuse: (call: string) => string | undefined = () => undefined, missing?: string) {
  const calls: string[] = [];
  const note = (call: string): void => {
    calls.push(call);
    const code = refuse(call);
    if (code !== undefined) throw Object.assign(new Error(`refused ${call}`), { code });
  };
  const wants = ({ process, learn }: ContainerPlan['rules']): string =>
    `${process.some(({ onlyFromImage }) => onlyFromImage) ? ' of the image' : ''}${learn?.files === true ? ' and files' : ''}`;
  const sentinel = {
    get missing() {
      note('missing');
      return missing;
    },
    watch: (id: string, { pid }: { readonly pid: number }, rules: ContainerPlan['rules']) =>
      note(`watch ${id} ${pid}${wants(rules)}`),
    setRules: (id: string, rules: ContainerPlan['rules']) => note(`rules ${id}${wants(rules)}`),
    noteRunning: () => undefined,
    noteOpen: () => undefined,
    remove: (id: string) => note(`remove ${id}`),
  };
  const guards = new ContainerGuards(sentinel, {
    onHeld: ({ container: { id } }) => calls.push(`held ${id}`),
    onLetGo: ({ container: { id } }) => calls.push(`let go ${id}`),
    onFailed: ({ container: { id } }) => calls.push(`failed ${id}`),
    onFilesCounted: ({ container: { id } }, areCounted) =>
      calls.push(`files of ${id}${areCounted ? '' : ' not'} counted`),
  });
  const want = (...plans: readonly ContainerPlan[]): readonly string[] => {
    calls.length = 0;
    guards.want(new Map(plans.map((each) => [each.container.id, each])));
    return calls.filter((call) => call !== 'missing');
  };
  return { want, guards, calls };
}

function plan(
  id: string,
  { pid = 7, onlyFromImage = false, policy = 'p' }: { pid?: number; onlyFromImage?: boolean; policy?: string } = {},
): ContainerPlan {
  const netns = { path: '/run/netns/x' };
  return {
    container: { id, name: id, labels: {}, owners: [], netns, pid },
    rules: { process: [{ policy, enforced: true, onlyFromImage, rules: [] }], file: [] },
    subject: { netns: netns.path, workloads: [{ name: id }], groups: ['g'], mode: 'protect' },
  };
}

/** Of a container that no policy is about. */
function learnt(id: string, learn = { programs: true, files: false }): ContainerPlan {
  return { ...plan(id), rules: { process: [], file: [], learn } };
}

/** Of a container that a policy is about and that is learnt from. */
function counting(id: string): ContainerPlan {
  const held = plan(id);
  return { ...held, rules: { ...held.rules, learn: { programs: true, files: true } } };
}

/** A sentinel on a node with so many groups. What is given back can be had a moment later, as with the kernel. */
class Node {
  readonly limit: number;
  readonly watched = new Map<string, ContainerPlan['rules']>();
  #forgetting = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  readonly missing = undefined;
  readonly noteRunning = (): void => undefined;
  readonly noteOpen = (): void => undefined;

  watch(id: string, _: unknown, rules: ContainerPlan['rules']): void {
    this.#take(groupsOf(rules));
    this.watched.set(id, rules);
  }

  setRules(id: string, rules: ContainerPlan['rules']): void {
    const before = this.watched.get(id);
    if (before === undefined) throw new Error(`${id} is not watched`);
    const isInPlace = isHeld({ rules: before }) === isHeld({ rules }) && groupsOf(rules) <= groupsOf(before);
    if (!isInPlace) this.#take(groupsOf(rules));
    this.#forgetting += groupsOf(before) - (isInPlace ? groupsOf(rules) : 0);
    this.watched.set(id, rules);
  }

  remove(id: string): void {
    const before = this.watched.get(id);
    if (before !== undefined) this.#forgetting += groupsOf(before);
    this.watched.delete(id);
  }

  get free(): number {
    const used = [...this.watched.values()].reduce((sum, rules) => sum + groupsOf(rules), 0);
    return this.limit - used - this.#forgetting;
  }

  forget(): void {
    this.#forgetting = 0;
  }

  #take(groups: number): void {
    if (groups > this.free) throw Object.assign(new Error('full'), { code: 'NO_RESOURCES' });
  }
}

function groupsOf({ learn }: ContainerPlan['rules']): number {
  return learn?.files === true ? 2 : 1;
}

describe('ContainerGuards', () => {
  it('holds what is planned, changes its rules where they change, and lets go what is planned no more', () => {
    const { want, guards } = stage();

    expect(want(plan('a'), plan('b'))).toEqual(['watch a 7', 'held a', 'watch b 7', 'held b']);
    expect(want(plan('a'), plan('b'))).toEqual([]);
    expect(want(plan('a', { policy: 'q' }))).toEqual(['remove b', 'let go b', 'rules a', 'held a']);
    expect(guards.counts).toEqual({ held: 1, failed: 0, learnt: 0, lackFiles: 0 });
  });

  it('watches a container anew that has another process', () => {
    const { want } = stage();
    want(plan('a'));

    expect(want(plan('a', { pid: 8 }))).toEqual(['remove a', 'watch a 8', 'held a']);
  });

  it('does not ask for the sentinel where there is nothing to hold', () => {
    const { want, calls } = stage();
    want();

    expect(calls).toEqual([]);
  });

  it('says of each container why none can be held, and tells nobody else', () => {
    const { want, guards } = stage(undefined, 'no such kernel');

    expect(want(plan('a'), plan('b'))).toEqual([]);
    expect(String(guards.problemOf('a'))).toContain('no such kernel');
    expect(guards.counts).toEqual({ held: 0, failed: 2, learnt: 0, lackFiles: 0 });
    want();
    expect(guards.counts).toEqual({ held: 0, failed: 0, learnt: 0, lackFiles: 0 });
  });

  it('tells once why a container is not held, and holds it as soon as it can be', () => {
    let refused = 'NO_RESOURCES' as string | undefined;
    const { want, guards } = stage((call) => (call.startsWith('watch') ? refused : undefined));

    expect(want(plan('a'))).toEqual(['watch a 7', 'failed a']);
    expect(want(plan('a'))).toEqual(['watch a 7']);
    expect(guards.problemOf('a')).toMatchObject({ code: 'NO_RESOURCES' });
    refused = undefined;
    expect(want(plan('a'))).toEqual(['watch a 7', 'held a']);
    expect(guards.problemOf('a')).toBeUndefined();
    guards.close();
  });

  it('watches those that are only learnt from last, and lets one of them go for one that is to be held', () => {
    let room = 2;
    const { want, guards } = stage((call) => {
      if (call.startsWith('remove')) room += 1;
      if (!call.startsWith('watch')) return undefined;
      room -= 1;
      return room < 0 ? 'NO_RESOURCES' : undefined;
    });

    expect(want(learnt('a'), plan('b'))).toEqual(['watch b 7', 'held b', 'watch a 7', 'held a']);
    expect(guards.counts).toEqual({ held: 1, failed: 0, learnt: 1, lackFiles: 0 });
    expect(want(learnt('a'), plan('b'), plan('c'))).toEqual(['watch c 7', 'remove a', 'let go a', 'failed c']);
    room = 1;
    expect(want(learnt('a'), plan('b'), plan('c'))).toEqual(['watch c 7', 'held c', 'watch a 7', 'failed a']);
    expect(guards.counts).toEqual({ held: 2, failed: 0, learnt: 0, lackFiles: 0 });
    guards.close();
  });

  it('counts what a container writes no longer where one is to be held, and again once there is room', () => {
    let isFull = false;
    const takes = (call: string): boolean => call.startsWith('watch') || call.endsWith('files');
    const { want, guards } = stage((call) => (isFull && takes(call) ? 'NO_RESOURCES' : undefined));
    expect(want(counting('a'), plan('b'))).toEqual(['watch a 7 and files', 'held a', 'watch b 7', 'held b']);

    isFull = true;
    const made = ['watch c 7', 'rules a', 'files of a not counted', 'failed c'];
    expect(want(counting('a'), plan('b'), plan('c'))).toEqual(made);
    expect(guards.counts).toEqual({ held: 2, failed: 1, learnt: 0, lackFiles: 1 });
    isFull = false;
    const regained = ['watch c 7', 'held c', 'rules a and files', 'files of a counted'];
    expect(want(counting('a'), plan('b'), plan('c'))).toEqual(regained);
    expect(guards.counts).toEqual({ held: 3, failed: 0, learnt: 0, lackFiles: 0 });
    guards.close();
  });

  it('does all else where there is no room to count what a container writes', () => {
    const { want, guards } = stage((call) => (call.endsWith('files') ? 'NO_RESOURCES' : undefined));
    const less = ['watch a 7 and files', 'watch a 7', 'held a', 'files of a not counted', 'rules a and files'];
    expect(want(counting('a'))).toEqual(less);
    expect(want(learnt('b', { programs: false, files: true }))).toEqual([
      'remove a',
      'let go a',
      'watch b 7 and files',
      'failed b',
    ]);
    guards.close();
  });

  it('lets a container go that is to be held to nothing any more and finds no room to be learnt from', () => {
    let room = true;
    const { want, guards } = stage((call) => (!room && call.startsWith('rules') ? 'NO_RESOURCES' : undefined));
    want(plan('a'));
    room = false;

    expect(want(learnt('a'))).toEqual(['rules a', 'remove a', 'let go a', 'failed a']);
    expect(guards.counts).toEqual({ held: 0, failed: 0, learnt: 0, lackFiles: 0 });
    room = true;
    expect(want(learnt('a'))).toEqual(['watch a 7', 'held a']);
    guards.close();
  });

  it('does not try each of those that are only learnt from where one of them has found no room', () => {
    const { want, guards } = stage((call) => (/^watch [b-z]/.test(call) ? 'NO_RESOURCES' : undefined));

    expect(want(learnt('a'), learnt('b'), learnt('c'))).toEqual(['watch a 7', 'held a', 'watch b 7', 'failed b']);
    expect(want(learnt('a'), learnt('b'), learnt('c'), plan('d'))).toContain('watch d 7');
    guards.close();
  });

  it('says nothing of a container that has just ended', () => {
    const { want, guards } = stage((call) => (call.startsWith('watch') ? 'CONTAINER_GONE' : undefined));

    expect(want(plan('a')).filter((call) => call.startsWith('failed'))).toEqual([]);
    guards.close();
  });

  it('holds to all other rules where it cannot be told what is from the image, and says so', () => {
    const { want, guards } = stage((call) => (call.endsWith('of the image') ? 'IMAGE_UNKNOWN' : undefined));
    const asked = plan('a', { onlyFromImage: true });

    expect(want(asked)).toEqual(['watch a 7 of the image', 'watch a 7', 'failed a', 'held a']);
    expect(guards.problemOf('a')).toMatchObject({ code: 'IMAGE_UNKNOWN' });
    expect(want(asked)).toEqual([]);
    expect(want(plan('a'))).toEqual(['rules a', 'held a']);
    expect(guards.problemOf('a')).toBeUndefined();
    guards.close();
  });
});

describe('ContainerGuards on a node with few groups', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('hold whatever policies are about before anything is counted, and count all that there is room for', () => {
    const kinds = fc.constantFrom('none', 'held', 'counting', 'learnt', 'programs');
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.array(fc.array(kinds, { maxLength: 6 })), (limit, steps) => {
        const node = new Node(limit);
        const uncounted = new Set<string>();
        const guards = new ContainerGuards(node, {
          onHeld: () => undefined,
          onLetGo: ({ container: { id } }) => void uncounted.delete(id),
          onFailed: () => undefined,
          onFilesCounted: ({ container: { id } }, areCounted) => {
            expect(uncounted.has(id)).toBe(areCounted);
            if (areCounted) uncounted.delete(id);
            else uncounted.add(id);
          },
        });
        for (const step of steps) {
          const plans = step.flatMap((kind, index) => planOf(kind, `c${index}`));
          guards.want(new Map(plans.map((one) => [one.container.id, one])));
          for (let waits = 0; waits < 30; waits += 1) {
            node.forget();
            vi.advanceTimersByTime(5_000);
          }
          const toHold = plans.filter(isHeld);
          const held = toHold.filter(({ container }) => node.watched.has(container.id));
          expect(held).toHaveLength(Math.min(toHold.length, limit));
          const lacking = plans.filter(({ container, rules }) => {
            const watched = node.watched.get(container.id);
            return watched !== undefined && rules.learn?.files === true && watched.learn?.files !== true;
          });
          expect(lacking.map(({ container }) => container.id).toSorted()).toEqual([...uncounted].toSorted());
          expect(guards.counts.lackFiles).toBe(lacking.length);
          // Another takes the place of one that counts before that one gives its groups back.
          expect(node.free < 2 || lacking.length === 0).toBe(true);
        }
        guards.close();
      }),
    );
  });
});

function planOf(kind: string, id: string): readonly ContainerPlan[] {
  if (kind === 'held') return [plan(id)];
  if (kind === 'counting') return [counting(id)];
  if (kind === 'learnt') return [learnt(id, { programs: true, files: true })];
  return kind === 'programs' ? [learnt(id)] : [];
}
