import { describe, expect, it } from 'vitest';
import { enforcementOf } from './enforcement.ts';

const STANDING = { nodes: 2, enforcing: 1, notEnforced: [{ where: 'node b', why: 'its agent is away' }] };
const rule = { kind: 'ResponseRule', name: 'cut' };
const none = () => ({});
const group = { kind: 'WorkloadGroup', name: 'cut' };

describe('enforcementOf', () => {
  it('asks agents about what they enforce, and nobody where there are none', () => {
    expect(enforcementOf(group, STANDING, new Map([['cut', { held: 2 }]]), none)).toEqual({
      summary: 'on 1 of 2 nodes',
      notEnforced: STANDING.notEnforced,
    });
    expect(enforcementOf(group, { nodes: 0, enforcing: 0, notEnforced: [] }, new Map(), none)).toBeUndefined();
    expect(enforcementOf(group, undefined, undefined, none)).toBeUndefined();
  });

  it('says of a response rule what it holds, and why it does not act where it has stopped', () => {
    expect(enforcementOf(rule, STANDING, undefined, none)).toBeUndefined();
    expect(enforcementOf(rule, STANDING, new Map(), none)).toEqual({ summary: 'by the api', notEnforced: [] });
    const stopped = { incident: 7, since: '2026-11-26T08:00:00.000Z' };
    const said = enforcementOf(rule, undefined, new Map([['cut', { held: 2, stopped }]]), none);
    expect(said?.summary).toContain('holds 2 network namespaces cut off');
    expect(said?.notEnforced).toEqual([
      { where: 'the action quarantine', why: expect.stringContaining('closing incident 7') },
    ]);
  });

  it('says of a rule set alone where its rules about applications are enforced', () => {
    const applications = { summary: 'rule web (ingress) in group shop', notEnforced: [] };
    const said = (kind: string) => enforcementOf({ kind, name: 'web' }, STANDING, undefined, () => ({ applications }));
    expect(said('NetworkRuleSet')?.applications).toEqual(applications);
    expect(said('WorkloadGroup')?.applications).toBeUndefined();
  });
});
