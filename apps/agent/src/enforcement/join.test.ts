import { expect, it } from 'vitest';
import { joinEnforcement } from './join.ts';

it('says of a workload that it is enforced where all that concerns it is, and else everything that is not', () => {
  const part = (workloadId: string, problem?: string) => ({ workloadId, enforced: problem === undefined, problem });

  expect(joinEnforcement([part('a'), part('b', 'no queue'), part('a'), part('b', 'no fanotify'), part('c')])).toEqual([
    part('a'),
    part('b', 'no queue; no fanotify'),
    part('c'),
  ]);
});
