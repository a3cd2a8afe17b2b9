/** What the registry knows against the packages of a lockfile. */
export type Audit =
  | { readonly kind: 'known'; readonly advisories: readonly string[] }
  /** It was not asked, or gave no answer: nothing is known, which is not that nothing is wrong. */
  | { readonly kind: 'unknown'; readonly why: string };

const SEVERITIES: readonly unknown[] = ['high', 'critical'];
const MAX_WHY = 200;

/** Reads what `npm audit --json` prints (report version 2): what is severe, by its package, in the order of npm. */
export function readAudit(output: string): Audit {
  let report: unknown;
  try {
    report = JSON.parse(output.slice(output.indexOf('{')));
  } catch {
    return { kind: 'unknown', why: `npm audit printed no report: ${output.trim().slice(0, MAX_WHY)}` };
  }
  const { vulnerabilities, message } = (report ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof vulnerabilities !== 'object' || vulnerabilities === null) {
    return {
      kind: 'unknown',
      why: typeof message === 'string' ? message.slice(0, MAX_WHY) : 'npm audit reported nothing',
    };
  }
  const advisories = Object.entries(vulnerabilities as Readonly<Record<string, unknown>>).flatMap(([name, found]) => {
    const { severity, via } = (found ?? {}) as Readonly<Record<string, unknown>>;
    if (!SEVERITIES.includes(severity)) return [];
    // What is affected only through others has their names here: they have lines of their own.
    return (Array.isArray(via) ? via : [])
      .filter((one): one is Readonly<Record<string, unknown>> => typeof one === 'object' && one !== null)
      .map(
        ({ title, url, range }) => `${name} ${String(range)}: ${String(title)} (${String(severity)}, ${String(url)})`,
      );
  });
  return { kind: 'known', advisories };
}
