import { describe, expect, it } from 'vitest';
import { type Confinement, confinementChecks, imageChecks } from './confined.ts';

const GOOD: Confinement = { user: 65_532, capabilities: '0000000000000000', isRootReadOnly: true, processor: 'arm64' };

describe('how a container runs', () => {
  it('is as it should be where it is nobody, can do nothing, and writes nothing', () => {
    expect(Object.values(confinementChecks(GOOD, 'linux/arm64'))).toEqual([true, true, true, true]);
  });

  it.each<[Partial<Confinement>, string]>([
    [{ user: 0 }, 'it runs as user 0'],
    [{ capabilities: '0000000000000400' }, 'it has capabilities: 0000000000000400'],
    [{ isRootReadOnly: false }, 'its root can be written to'],
    // Nothing tells otherwise on a machine of that processor: the wrong Node runs there as well.
    [{ processor: 'amd64' }, 'its Node is one for amd64'],
  ])('%o is told', (change, problem) => {
    const checks = confinementChecks({ ...GOOD, ...change }, 'linux/arm64');

    expect(Object.keys(checks).filter((name) => checks[name] === false)).toEqual([problem]);
  });

  it('lets the agent be root', () => {
    const checks = imageChecks({ ...GOOD, user: 0, capabilities: '000001ffffffffff' }, 'linux/arm64');

    expect(Object.values(checks)).toEqual([true, true]);
  });
});
