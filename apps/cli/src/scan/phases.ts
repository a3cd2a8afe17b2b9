/** Measures what a scan spends its time on. */
export class Phases {
  readonly #phases: { readonly name: string; readonly ms: number }[] = [];
  #last = performance.now();

  /** Ends a phase: everything since the one before belongs to it. */
  end(name: string): void {
    const now = performance.now();
    this.#phases.push({ name, ms: now - this.#last });
    this.#last = now;
  }

  /** Steps inside the phase that ended last. */
  inside(steps: readonly { readonly name: string; readonly ms: number }[]): void {
    for (const { name, ms } of steps) this.#phases.push({ name: `  ${name}`, ms });
  }

  /** One line for each phase, and what the process took until now. */
  *lines(): Generator<string> {
    for (const { name, ms } of this.#phases) yield `debug: ${name.padEnd(24)} ${ms.toFixed(1).padStart(9)} ms\n`;
    yield `debug: ${'process'.padEnd(24)} ${performance.now().toFixed(1).padStart(9)} ms\n`;
    const peak = process.resourceUsage().maxRSS / 1024;
    yield `debug: ${'peak memory'.padEnd(24)} ${peak.toFixed(1).padStart(9)} MiB\n`;
  }
}
