import { describe, expect, it } from 'vitest';
import { LayerFlights } from './layer-flights.ts';
import type { LayerReport } from './layer-report.ts';

const REPORT: LayerReport = {
  diffId: 'sha256:0',
  status: 'complete',
  files: [],
  removed: [],
  opaque: [],
  replaced: [],
  folders: [],
  links: [],
  gaps: [],
};
const NEVER = new AbortController().signal;

describe('scans at the same moment', () => {
  it('read a layer they have in common once', async () => {
    const flights = new LayerFlights();
    const { promise, resolve } = Promise.withResolvers<LayerReport>();
    let reads = 0;
    const share = () =>
      flights.share('layer', NEVER, () => {
        reads += 1;
        return promise;
      });

    const all = [share(), share(), share()];
    resolve(REPORT);

    expect((await Promise.all(all)).map(({ isShared }) => isShared)).toEqual([false, true, true]);
    expect(reads).toBe(1);
    await share();
    expect(reads).toBe(2);
  });

  it('read it themselves where the first one fails', async () => {
    const flights = new LayerFlights();
    const first = flights.share('layer', NEVER, () => Promise.reject(new Error('cut off')));
    const second = flights.share('layer', NEVER, () => Promise.resolve(REPORT));
    const third = flights.share('layer', NEVER, () => Promise.reject(new Error('not asked')));

    await expect(first).rejects.toThrow('cut off');
    expect(await second).toEqual({ report: REPORT, isShared: false });
    expect(await third).toEqual({ report: REPORT, isShared: true });
  });

  it('stop waiting for another when they are called off', async () => {
    const flights = new LayerFlights();
    const { promise, resolve } = Promise.withResolvers<LayerReport>();
    const first = flights.share('layer', NEVER, () => promise);
    const second = flights.share('layer', AbortSignal.abort(new Error('enough')), () => promise);
    resolve(REPORT);

    await expect(second).rejects.toThrow('enough');
    expect(await first).toEqual({ report: REPORT, isShared: false });
  });
});
