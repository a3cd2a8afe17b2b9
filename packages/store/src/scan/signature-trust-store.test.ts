import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../open-store.ts';
import { testDatabases } from '../test-support/databases.ts';

for (const database of testDatabases()) {
  if (database.missing !== undefined)
    process.stderr.write(`what signatures are held against on ${database.name} is not tested: ${database.missing}\n`);

  describe.skipIf(database.missing !== undefined)(`what signatures are held against on ${database.name}`, () => {
    beforeAll(() => database.start());
    afterAll(() => database.remove());

    it('is nothing at first, then what was said last', async () => {
      const store = await openStore(await database.fresh());
      const { signatureTrust } = store;
      const trust = { keys: ['a', 'b'], trustRoots: ['{"tlogs": ["ü"]}'] };

      expect(await signatureTrust.get()).toEqual({ keys: [], trustRoots: [] });
      expect(await signatureTrust.set({ keys: [], trustRoots: [] })).toBe('unchanged');
      expect(await signatureTrust.set(trust)).toBe('changed');
      expect(await signatureTrust.set(trust)).toBe('unchanged');
      expect(await signatureTrust.get()).toEqual(trust);
      await store.close();
    });
  });
}
