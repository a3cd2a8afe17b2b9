import type { Container } from '@bulkhead/pod-rules';
import type { ImageScan, ImageScannerName } from '../image/known-image.ts';
import type { GapAnswer, NotScannedAnswer } from '../policy.ts';
import type { JudgedProblem, RuleProblem } from '../violation.ts';
import type { RuleContext } from './context.ts';
import { unknownImage } from './known-images.ts';
import { isPodImage, labelOf, type PodImage } from './pod-images.ts';

/** A scan of the image of one container. */
export interface ScannedImage {
  readonly container: Container;
  readonly scan: ImageScan;
  /** What begins every message: `image web:1 (the tag was sha256:0123… at the last look)`. */
  readonly label: () => string;
  readonly place: Pick<RuleProblem, 'line' | 'subject' | 'image'>;
}

export interface ScanWanted {
  readonly scanner: ImageScannerName;
  readonly notScanned: NotScannedAnswer;
  readonly incomplete: GapAnswer;
}

/**
 * The scans behind the images of a pod, and for each image of which nothing can be said the problem that this is. An image
 * of several platforms is judged by all of them that were scanned, unless the pod says on which it runs.
 */
export function* scannedImages(wanted: ScanWanted, context: RuleContext): Generator<ScannedImage | JudgedProblem> {
  for (const entry of context.facts.images) {
    if (!isPodImage(entry)) {
      yield entry;
      continue;
    }
    const { container, known } = entry;
    const scanned = known.filter(({ scan }) => scan?.scanners.includes(wanted.scanner));
    if (scanned.length === 0) {
      yield* notScanned(entry, wanted, context);
      continue;
    }
    for (const one of scanned) {
      const { digest, scan } = one;
      if (scan === undefined) continue;
      const label = (): string => labelOf(entry, one, scanned.length > 1);
      const place = { ...entry.place, image: digest };
      yield { container, scan, label, place };
      if (scan.gaps === 0 || wanted.incomplete === 'allow') continue;
      yield {
        ...place,
        message: `${label()} could not be looked at in full: its scan has ${scan.gaps} ${scan.gaps === 1 ? 'gap' : 'gaps'}`,
        fix: 'Look into the gaps of its scan report',
        ...(wanted.incomplete === 'warn' && { atMost: 'warn' }),
      };
    }
  }
}

/** Whether an entry of `scannedImages` is a scan. */
export function isScan(entry: ScannedImage | JudgedProblem): entry is ScannedImage {
  return 'scan' in entry;
}

/** What failed for good is not scanned by waiting. */
function* notScanned(entry: PodImage, { scanner, notScanned: answer }: ScanWanted, context: RuleContext) {
  const { written, known } = entry;
  const failure = known.find((one) => one.failure !== undefined)?.failure;
  const forOthers = known.some(({ scan }) => scan !== undefined);
  const what = scanner === 'vuln' ? 'vulnerabilities' : 'secrets';
  const why = forOthers
    ? `was not scanned for ${what}`
    : failure === undefined
      ? 'has not been scanned yet'
      : `could not be scanned: ${failure}`;
  const fix = 'Have its registry watched, or use an image that is scanned';
  yield* unknownImage(entry, { answer, why: `${written} ${why}`, mayWait: failure === undefined, fix }, context);
}
