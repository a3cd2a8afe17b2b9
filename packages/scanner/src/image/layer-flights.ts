import type { LayerReport } from './layer-report.ts';

/**
 * Lets scans that run at the same moment share the layers they have in common: whoever comes first reads a layer, the
 * others wait for what it finds. A cache alone would have each of them read it, since none finds it there yet.
 */
export class LayerFlights {
  readonly #flights = new Map<string, Promise<LayerReport | undefined>>();

  /** Reads, or takes the report of whoever reads this layer now. One whose reading fails leaves it to the next. */
  async share(
    key: string,
    signal: AbortSignal,
    read: () => Promise<LayerReport>,
  ): Promise<{ readonly report: LayerReport; readonly isShared: boolean }> {
    for (let flight = this.#flights.get(key); flight !== undefined; flight = this.#flights.get(key)) {
      const report = await flight;
      signal.throwIfAborted();
      if (report !== undefined) return { report, isShared: true };
    }
    const reading = read();
    this.#flights.set(
      key,
      reading.catch(() => undefined),
    );
    try {
      return { report: await reading, isShared: false };
    } finally {
      this.#flights.delete(key);
    }
  }
}
