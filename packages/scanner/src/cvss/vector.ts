/** The metrics of a CVSS vector by their names; `undefined` where the text is no vector of the form `A:B/C:D`. */
export function parseVector(text: string): ReadonlyMap<string, string> | undefined {
  if (text.length > MAX_VECTOR_LENGTH) return undefined;
  const metrics = new Map<string, string>();
  for (const part of text.split('/')) {
    const match = /^([A-Za-z]{1,4}):([A-Za-z]{1,2}|\d\.\d)$/.exec(part);
    const [, name, value] = match ?? [];
    // The standard forbids the same metric twice: two readers would understand two vulnerabilities.
    if (name === undefined || value === undefined || metrics.has(name)) return undefined;
    metrics.set(name, value);
  }
  return metrics;
}

/** The longest vector there is, version 4 with all its metrics, has 230 characters. */
const MAX_VECTOR_LENGTH = 512;

/** Looks up the weight of each metric; `undefined` where one is missing or has a value the standard does not know. */
export function weigh<Metric extends string>(
  metrics: ReadonlyMap<string, string>,
  weights: Readonly<Record<Metric, Readonly<Record<string, number>>>>,
): Readonly<Record<Metric, number>> | undefined {
  const found: Partial<Record<Metric, number>> = {};
  for (const name of Object.keys(weights) as Metric[]) {
    const value = metrics.get(name) ?? '';
    if (!Object.hasOwn(weights[name], value)) return undefined;
    found[name] = weights[name][value] ?? 0;
  }
  return found as Record<Metric, number>;
}
