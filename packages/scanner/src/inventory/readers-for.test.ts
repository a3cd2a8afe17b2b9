import { describe, expect, it } from 'vitest';

import { READER_SUBJECTS, readersFor } from './readers-for.ts';

describe('readersFor', () => {
  it.each(READER_SUBJECTS)('gives readers for %s with ids that are unique and fit for cache keys', async (subject) => {
    const readers = await readersFor(subject);
    const ids = readers.map(({ id }) => id);

    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[a-z][a-z0-9-]*$/.test(id))).toEqual([]);
    expect(readers.every(({ version }) => Number.isInteger(version) && version > 0)).toBe(true);
  });

  it('does not read lock files in images, nor installed databases in sources', async () => {
    expect((await readersFor('image')).some(({ id }) => id === 'npm-lock')).toBe(false);
    expect((await readersFor('filesystem')).some(({ id }) => id === 'dpkg')).toBe(false);
  });
});
