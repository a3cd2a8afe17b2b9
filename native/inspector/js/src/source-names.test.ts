import { describe, expect, it } from 'vitest';
import { SourceNames } from './source-names.ts';

describe('SourceNames', () => {
  it('numbers sources, and knows them back', () => {
    const names = new SourceNames();

    const a = names.add('a', program(1));
    const b = names.add('b', program(1));

    expect([names.sourceOf(a), names.sourceOf(b), names.sourceOf(99)]).toEqual(['a', 'b', '']);
    expect(names.numberOf('b')).toBe(b);
  });

  it('still knows a removed source for records on their way, under a number that is not given again', () => {
    const names = new SourceNames();
    const first = names.add('a', program(1));
    names.retire(first);

    const second = names.add('a', program(1));

    expect(second).not.toBe(first);
    expect(names.sourceOf(first)).toBe('a');
  });

  it('keeps the programs in use and forgets the oldest of the others', () => {
    const names = new SourceNames();
    names.add('constant', program(1));
    const changing = names.add('changing', program(2));

    for (let number = 3; number < 2_000; number += 1) names.use(changing, program(number));

    expect(names.programOf(1).sensors).toEqual(['sensor-1']);
    expect(names.programOf(1_999).sensors).toEqual(['sensor-1999']);
    expect(names.programOf(1_900).sensors).toEqual(['sensor-1900']);
    expect(names.programOf(3).sensors).toEqual([]);
  });

  it('does not grow with sources that come and go', () => {
    const names = new SourceNames();
    const first = names.add('first', program(1));
    names.retire(first);

    for (let i = 0; i < 1_000; i += 1) names.retire(names.add(`pod-${i}`, program(1)));

    expect(names.sourceOf(first)).toBe('');
    expect(names.sourceOf(first + 1_000)).toBe('pod-999');
  });
});

function program(number: number): { number: number; detectors: string[]; sensors: string[] } {
  return { number, detectors: [], sensors: [`sensor-${number}`] };
}
