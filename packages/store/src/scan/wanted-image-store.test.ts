import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../open-store.ts';
import { testDatabases } from '../test-support/databases.ts';

for (const database of testDatabases()) {
  if (database.missing !== undefined)
    process.stderr.write(`wanted images on ${database.name} are not tested: ${database.missing}\n`);

  describe.skipIf(database.missing !== undefined)(`wanted images on ${database.name}`, () => {
    let store: Store;
    beforeAll(() => database.start());
    afterAll(() => database.remove());
    beforeEach(async () => {
      store = await openStore(await database.fresh());
    });
    afterEach(() => store.close());

    const wish = (reference: string) => ({ registry: 'hub', repository: 'web', reference });

    it('are kept each once and in the order of asking until they are settled', async () => {
      expect(await store.wantedImages.want([wish('1'), wish('2')])).toBe(2);
      expect(await store.wantedImages.want([wish('2'), wish('3'), wish('2')])).toBe(3);

      expect(await store.wantedImages.wanted(2)).toEqual([wish('1'), wish('2')]);
      await store.wantedImages.settle([wish('1'), wish('2'), wish('never')]);
      expect(await store.wantedImages.wanted(10)).toEqual([wish('3')]);
    });

    it('are bounded', { timeout: 60_000 }, async () => {
      for (let at = 0; at < 10_000; at += 250) {
        await store.wantedImages.want(Array.from({ length: 250 }, (_, index) => wish(String(at + index))));
      }

      expect(await store.wantedImages.want([wish('more')])).toBe(0);
      await store.wantedImages.settle([wish('7')]);
      expect(await store.wantedImages.want([wish('more'), wish('most')])).toBe(1);
    });
  });
}
