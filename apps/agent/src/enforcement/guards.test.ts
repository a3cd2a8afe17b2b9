import { describe, expect, it } from 'vitest';
import type { NamespacePlan } from '../plan.ts';
import { Guards } from './guards.ts';
import type { Inspector, Steering } from './ports.ts';

/** Writes down what is asked of the kernel and the inspector, in order; `refuse` makes a call fail. */
function stage(refuse: (call: string) => boolean = () => false, countsFlows = false) {
  const calls: string[] = [];
  const note = (call: string): void => {
    calls.push(call);
    if (refuse(call)) throw new Error(`refused ${call}`);
  };
  const inspector: Inspector = {
    addQueue: ({ id }) => note(`add ${id}`),
    addTap: ({ id }) => note(`add ${id}`),
    setProgram: (id) => note(`program ${id}`),
    setApplications: (id) => note(`applications ${id}`),
    remove: (id) => note(`remove ${id}`),
  };
  const steering: Steering = {
    protect: async (netns, { onFailure }) => note(`protect ${netns} ${onFailure}`),
    changeFirewall: async (netns) => note(`change ${netns}`),
    openLog: (key) => {
      note(`log ${key}`);
      return { close: () => note(`close log ${key}`) };
    },
    countsFlows,
    count: async (netns) => {
      if (countsFlows) note(`count ${netns}`);
      return countsFlows;
    },
    release: async (netns, kept) => note(`release ${netns}${kept === 'counts' ? ' but counts' : ''}`),
    releaseAbandoned: async (netns) => note(`release abandoned ${netns}`),
  };
  const guards = new Guards(inspector, steering, 1, {
    onHeld: ({ key }, before) => calls.push(`held ${key}${before === undefined ? '' : ' again'}`),
    onLettingGo: async ({ key }) => void calls.push(`letting go ${key}`),
    onLetGo: ({ key }, problem) => calls.push(`let go ${key}${problem === undefined ? '' : ' badly'}`),
    onFailed: ({ key }) => calls.push(`failed ${key}`),
  });
  const want = async (...plans: readonly NamespacePlan[]): Promise<readonly string[]> => {
    calls.length = 0;
    await guards.want(new Map(plans.map((each) => [each.key, each])));
    return [...calls];
  };
  return { want, guards };
}

describe('Guards', () => {
  it('opens the queue before packets are led to it, and closes it after they no longer are', async () => {
    const { want } = stage();

    expect(await want(plan('a'))).toEqual(['add queue:a', 'protect /a closed', 'held a']);
    expect(await want()).toEqual(['release /a', 'remove queue:a', 'let go a']);
  });

  it('does nothing for a plan that is in force already', async () => {
    const { want } = stage();
    await want(plan('a'));

    expect(await want(plan('a'))).toEqual([]);
  });

  it('only watches in monitor, and removes what an earlier agent enforced', async () => {
    const { want } = stage();

    expect(await want(plan('a', { mode: 'monitor' }))).toEqual(['add tap:a', 'release abandoned /a', 'held a']);
  });

  it('goes from monitor to protect without a moment in which nobody looks', async () => {
    const { want } = stage();
    await want(plan('a', { mode: 'monitor' }));

    expect(await want(plan('a'))).toEqual(['add queue:a', 'protect /a closed', 'remove tap:a', 'held a again']);
  });

  it('exchanges sensors without touching the queue', async () => {
    const { want } = stage();
    await want(plan('a'));

    const calls = await want({
      ...plan('a'),
      program: { sensors: [], literals: [], dictionaries: [], patterns: [], exactData: [] },
    });

    expect(calls).toEqual(['program queue:a', 'protect /a closed', 'held a again']);
  });

  it('closes the queue again when the rules are refused, and still serves the other namespaces', async () => {
    const { want, guards } = stage((call) => call.startsWith('protect /a'));

    const calls = await want(plan('a'), plan('b'));

    expect(calls.slice(0, 4)).toEqual(['add queue:a', 'protect /a closed', 'remove queue:a', 'failed a']);
    expect(calls.slice(4)).toEqual(['add queue:b', 'protect /b closed', 'held b']);
    expect(guards.failures).toBe(1);
    await guards.close();
  });

  it('tells when rules may be left behind', async () => {
    const { want } = stage((call) => call.startsWith('release'));
    await want(plan('a'));

    expect(await want()).toEqual(['release /a', 'remove queue:a', 'let go a badly']);
  });

  it('skips plans that are outdated while it works', async () => {
    const { want, guards } = stage();

    const first = want(plan('a'), plan('b'));
    const second = guards.want(new Map());
    await Promise.all([first, second]);

    expect(guards.heldPlans).toEqual([]);
  });

  it('has flows counted whatever the mode, and told before the namespace is let go', async () => {
    const { want, guards } = stage(() => false, true);

    expect(await want(plan('a', { mode: 'monitor' }))).toEqual([
      'add tap:a',
      'release abandoned /a',
      'log a',
      'count /a',
      'held a',
    ]);
    expect(guards.countedPlans).toHaveLength(1);
    expect(await want(plan('a'))).toEqual(['add queue:a', 'protect /a closed', 'remove tap:a', 'held a again']);
    expect(await want(plan('a', { mode: 'monitor' }))).toEqual([
      'add tap:a',
      'release /a but counts',
      'remove queue:a',
      'held a again',
    ]);
    expect(await want()).toEqual(['letting go a', 'close log a', 'release /a', 'remove tap:a', 'let go a']);
  });

  it('leaves the counting to another agent, and holds the plan all the same', async () => {
    const { want, guards } = stage((call) => call.startsWith('log'), true);

    expect(await want(plan('a', { mode: 'monitor' }))).toEqual([
      'add tap:a',
      'release abandoned /a',
      'log a',
      'held a',
    ]);
    expect(guards.countedPlans).toEqual([]);
  });
});

function plan(key: string, policy: Partial<NamespacePlan['policy']> = {}): NamespacePlan {
  return {
    key,
    path: `/${key}`,
    workloads: [],
    program: {
      sensors: [
        {
          name: 's',
          detectors: ['iban'],
          minConfidence: 'medium',
          threshold: 1,
          action: 'alert',
          direction: 'both',
        },
      ],
      literals: [],
      dictionaries: [],
      patterns: [],
      exactData: [],
    },
    policy: {
      groups: ['g'],
      mode: 'protect',
      sensors: [],
      hooks: ['input', 'output'],
      onFailure: 'closed',
      exceptions: {},
      capture: false,
      ...policy,
    },
  };
}
