import { compareSeverities } from '@bulkhead/core';
import type { ImageScan, ImageVulnerability } from '../image/known-image.ts';
import type { AdmissionException, VulnerabilityCriterion } from '../policy.ts';
import type { JudgedProblem } from '../violation.ts';
import type { RuleContext } from './context.ts';
import { isScan, type ScannedImage, scannedImages } from './scanned-images.ts';
import { inWords } from './vulnerability-words.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Where images have more vulnerabilities of a kind than they may. */
export function* vulnerabilities(criterion: VulnerabilityCriterion, context: RuleContext): Generator<JudgedProblem> {
  for (const entry of scannedImages({ ...criterion, scanner: 'vuln' }, context)) {
    if (isScan(entry)) yield* judgeScan(entry, criterion, context);
    else yield entry;
  }
}

function* judgeScan(
  { container, scan, label, place }: ScannedImage,
  criterion: VulnerabilityCriterion,
  { now, exceptionFor }: RuleContext,
): Generator<JudgedProblem> {
  const meant = scan.vulnerabilities.filter((one) => isMeant(one, criterion, now));
  if (meant.length === 0 && scan.omitted.vulnerabilities === 0) return;
  const counted = new Map<string, ImageVulnerability[]>();
  const excused = new Map<AdmissionException, Map<string, ImageVulnerability[]>>();
  let expired: AdmissionException | undefined;
  for (const one of meant) {
    const outcome = exceptionFor(container, one.id);
    if (outcome.holds === undefined) push(counted, one);
    else {
      const ofException = excused.get(outcome.holds) ?? new Map<string, ImageVulnerability[]>();
      excused.set(outcome.holds, ofException);
      push(ofException, one);
    }
    expired ??= outcome.expired;
  }
  const unlisted = mayGoOn(scan, criterion) ? scan.omitted.vulnerabilities : 0;
  const number = counted.size + unlisted;
  if (number > criterion.maximum) {
    const words = inWords(label(), criterion, counted, number);
    yield { ...place, ...words, ...(expired !== undefined && { expired }) };
  }
  for (const [exception, byId] of excused) {
    yield { ...place, ...inWords(label(), { ...criterion, maximum: 0 }, byId, byId.size), excusedBy: exception };
  }
}

function isMeant(one: ImageVulnerability, criterion: VulnerabilityCriterion, now: number): boolean {
  const { severity, score, epss, kev, withFix, olderThanDays, ids } = criterion;
  return (
    (severity === undefined || compareSeverities(one.severity, severity) >= 0) &&
    (score === undefined || (one.score !== undefined && one.score >= score)) &&
    (epss === undefined || (one.epss !== undefined && one.epss >= epss)) &&
    (kev !== true || one.kev === true) &&
    (withFix !== true || one.fix !== undefined) &&
    (olderThanDays === undefined || isOlder(one.published, olderThanDays, now)) &&
    (ids === undefined || ids.includes(one.id))
  );
}

/** Time to fix is given to what is new; what nobody has dated is not known to be. */
function isOlder(published: string | undefined, days: number, now: number): boolean {
  const at = published === undefined ? Number.NaN : Date.parse(published);
  return Number.isNaN(at) || now - at > days * DAY_MS;
}

/** Whether some of those that are not listed could be meant: they are listed worst first. */
function mayGoOn({ vulnerabilities: listed, omitted }: ImageScan, { kev, severity }: VulnerabilityCriterion): boolean {
  const last = listed.at(-1);
  if (omitted.vulnerabilities === 0 || last === undefined) return omitted.vulnerabilities > 0;
  if (last.kev === true) return true;
  return kev !== true && (severity === undefined || compareSeverities(last.severity, severity) >= 0);
}

function push(byId: Map<string, ImageVulnerability[]>, one: ImageVulnerability): void {
  const there = byId.get(one.id);
  if (there === undefined) byId.set(one.id, [one]);
  else there.push(one);
}
