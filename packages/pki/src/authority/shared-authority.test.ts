import { describe, expect, it } from 'vitest';
import { splitPem } from '../certificate/certificate.ts';
import { DAY_MS } from '../validity.ts';
import type { KeptAuthority } from './renew.ts';
import { type AuthorityPlace, SharedAuthority } from './shared-authority.ts';

/** A place in memory, with what a Secret has: a number of the last change. */
class Place implements AuthorityPlace<number> {
  kept: KeptAuthority | undefined;
  revision = 0;
  isBusy = false;

  read() {
    return Promise.resolve({ kept: this.kept, revision: this.revision });
  }
  write(kept: KeptAuthority, revision: number) {
    if (this.isBusy || revision !== this.revision) return Promise.resolve('conflict' as const);
    this.kept = kept;
    this.revision += 1;
    return Promise.resolve('written' as const);
  }
}

let now = Date.now();
const options = { commonName: 'Bulkhead', clock: { now: () => now }, days: 900, overlapDays: 30 };

describe('an authority that several processes share', () => {
  it('is made once, however many come at the same time', async () => {
    const place = new Place();
    const all = await Promise.all([0, 1, 2, 3].map(() => SharedAuthority.open(place, options)));

    expect(new Set(all.map(({ authority }) => authority.pin)).size).toBe(1);
    expect(place.revision).toBe(1);
  });

  it('is renewed once for all, and each signs only by what all of them trust', async () => {
    now = Date.now();
    const place = new Place();
    const [one, two] = [await SharedAuthority.open(place, options), await SharedAuthority.open(place, options)];
    const pins = new Set<string>();
    for (let day = 0; day < 3_650; day += 25) {
      const trusted = new Set(splitPem(two.authority.trustPem));
      await Promise.all([one.refresh(), two.refresh()]);
      expect(one.authority.pin).toBe(two.authority.pin);
      expect(trusted.has(one.authority.certificatePem)).toBe(true);
      pins.add(one.authority.pin);
      now += 25 * DAY_MS;
    }
    expect(pins.size).toBeGreaterThan(4);
  });

  it('begins with what one process had alone, and only where there is none', async () => {
    const [before, place] = [new Place(), new Place()];
    const { authority } = await SharedAuthority.open(before, options);

    const first = await SharedAuthority.open(place, { ...options, seed: before.kept });
    const other = new Place();
    await SharedAuthority.open(other, options);
    const second = await SharedAuthority.open(place, { ...options, seed: other.kept });

    expect([first.authority.pin, second.authority.pin]).toEqual([authority.pin, authority.pin]);
  });

  it('is put back where somebody took it away', async () => {
    const place = new Place();
    const shared = await SharedAuthority.open(place, options);
    const { pin } = shared.authority;
    place.kept = undefined;

    expect(await shared.refresh()).toBe(false);
    expect(shared.authority.pin).toBe(pin);
    expect(place.kept).toBeDefined();
  });

  it('is given up where nobody lets it be written', async () => {
    const place = new Place();
    place.isBusy = true;
    await expect(SharedAuthority.open(place, options)).rejects.toMatchObject({ code: 'PLACE_UNUSABLE' });
  });
});
