import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** The metrics of one process. Names are given without the prefix `bulkhead_`, which all of them carry. */
export interface Metrics {
  readonly registry: Registry;
  counter<Label extends string>(name: string, help: string, labels?: readonly Label[]): Counter<Label>;
  gauge<Label extends string>(name: string, help: string, labels?: readonly Label[]): Gauge<Label>;
  histogram<Label extends string>(
    name: string,
    help: string,
    buckets: readonly number[],
    labels?: readonly Label[],
  ): Histogram<Label>;
}

const PREFIX = 'bulkhead_';

/** How often it is looked how late the event loop is. Each look wakes the process, which at the usual 10 ms is most of what wakes an idle one. */
const LAG_LOOKS_MS = 100;

/** Creates a registry of its own, so that two in one process (or two tests) never share a metric. */
export function createMetrics(options: { readonly processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry();
  if (options.processMetrics ?? true) {
    collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LAG_LOOKS_MS });
  }
  const common = (name: string, help: string, labelNames: readonly string[]) => ({
    name: `${PREFIX}${name}`,
    help,
    labelNames: [...labelNames],
    registers: [registry],
  });
  return {
    registry,
    counter: <Label extends string>(name: string, help: string, labels: readonly Label[] = []) =>
      new Counter<Label>({ ...common(name, help, labels), labelNames: [...labels] }),
    gauge: <Label extends string>(name: string, help: string, labels: readonly Label[] = []) =>
      new Gauge<Label>({ ...common(name, help, labels), labelNames: [...labels] }),
    histogram: <Label extends string>(
      name: string,
      help: string,
      buckets: readonly number[],
      labels: readonly Label[] = [],
    ) => new Histogram<Label>({ ...common(name, help, labels), labelNames: [...labels], buckets: [...buckets] }),
  };
}
