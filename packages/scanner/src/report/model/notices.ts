import type { ScanReport } from '../scan-report.ts';

/** What a reader must know of a report beside its findings. */
export interface Notice {
  readonly id: string;
  readonly text: string;
}

/**
 * What could not be looked at, and that the system gets no security updates any more: that is no gap, since all that
 * is known was compared, but few findings must not pass for a clean bill.
 */
export function noticesOf(report: ScanReport): readonly Notice[] {
  const gaps = report.gaps.map(({ code, path, message }) => ({
    id: `gap-${code}`,
    text: `not looked at: ${path === undefined ? '' : `${path}: `}${message}`,
  }));
  const end = endOfLifeText(report);
  return end === undefined ? gaps : [{ id: 'end-of-life', text: end }, ...gaps];
}

/** That the system is past its end, where it is. */
export function endOfLifeText({ os }: ScanReport): string | undefined {
  if (os?.endOfLifeReached !== true) return undefined;
  const since = os.endOfLife === undefined ? '' : ` since ${os.endOfLife}`;
  return `${os.prettyName ?? os.id} gets no security updates${since}; newer vulnerabilities are not known for it`;
}
