import { describe, expect, it } from 'vitest';
import { ContainerGuards } from './container-guards.ts';
import type { ContainerPlan } from './container-plan.ts';

/** Writes down what is asked of the sentinel, in order; `refuse` gives the code with which a call fails. */
function stage(refuse: (call: string) => string | undefined = () => undefined, missing?: string) {
  const calls: string[] = [];
  const note = (call: string): void => {
    calls.push(call);
    const code = refuse(call);
    if (code !== undefined) throw Object.assign(new Error(`refused ${call}`), { code });
  };
  const wants = (rules: ContainerPlan['rules']): string =>
    rules.process.some(({ onlyFromImage }) => onlyFromImage) ? ' of the image' : '';
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
function learnt(id: string): ContainerPlan {
  return { ...plan(id), rules: { process: [], file: [], learn: { programs: true, files: true } } };
}

describe('ContainerGuards', () => {
  it('holds what is planned, changes its rules where they change, and lets go what is planned no more', () => {
    const { want, guards } = stage();

    expect(want(plan('a'), plan('b'))).toEqual(['watch a 7', 'held a', 'watch b 7', 'held b']);
    expect(want(plan('a'), plan('b'))).toEqual([]);
    expect(want(plan('a', { policy: 'q' }))).toEqual(['remove b', 'let go b', 'rules a', 'held a']);
    expect(guards.counts).toEqual({ held: 1, failed: 0, learnt: 0 });
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
    expect(guards.counts).toEqual({ held: 0, failed: 2, learnt: 0 });
    want();
    expect(guards.counts).toEqual({ held: 0, failed: 0, learnt: 0 });
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
    expect(guards.counts).toEqual({ held: 1, failed: 0, learnt: 1 });
    expect(want(learnt('a'), plan('b'), plan('c'))).toEqual(['watch c 7', 'remove a', 'let go a', 'failed c']);
    room = 1;
    expect(want(learnt('a'), plan('b'), plan('c'))).toEqual(['watch c 7', 'held c', 'watch a 7', 'failed a']);
    expect(guards.counts).toEqual({ held: 2, failed: 0, learnt: 0 });
    guards.close();
  });

  it('lets a container go that is to be held to nothing any more and finds no room to be learnt from', () => {
    let room = true;
    const { want, guards } = stage((call) => (!room && call.startsWith('rules') ? 'NO_RESOURCES' : undefined));
    want(plan('a'));
    room = false;

    expect(want(learnt('a'))).toEqual(['rules a', 'remove a', 'let go a', 'failed a']);
    expect(guards.counts).toEqual({ held: 0, failed: 0, learnt: 0 });
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
