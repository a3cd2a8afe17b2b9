import type { Finding } from '../../finding/finding.ts';
import type { ReportOptions } from '../format.ts';
import { locationOf } from '../model/order.ts';
import { placeOf } from '../model/words.ts';
import type { ScanReport } from '../scan-report.ts';

export interface LocationContext {
  readonly report: ScanReport;
  readonly options: ReportOptions;
  /** Line of the Dockerfile by diff id. */
  readonly lines: ReadonlyMap<string, number>;
}

/**
 * Where a reader of the repository finds the cause: the Dockerfile's instruction that brought the layer where it is
 * known, else the file itself. The place inside the image is always said as a logical location.
 */
export function sarifLocations(finding: Finding, { report, options, lines }: LocationContext): readonly object[] {
  const location = locationOf(finding);
  const built = location.layer === undefined ? undefined : lines.get(location.layer);
  const [uri, line] =
    options.dockerfile !== undefined && built !== undefined
      ? [options.dockerfile.path, built]
      : [withPrefix(location.path, options.pathPrefix), location.line ?? 1];
  return [
    {
      physicalLocation: { artifactLocation: { uri: uriOf(uri) }, region: { startLine: Math.max(1, line) } },
      logicalLocations: [{ fullyQualifiedName: `${report.subject.name}: ${placeOf(location)}`, kind: 'resource' }],
    },
  ];
}

function withPrefix(path: string, prefix: string | undefined): string {
  return prefix === undefined || prefix === '' ? path : `${prefix}/${path}`;
}

/** A relative reference (RFC 3986 §4.2): every segment encoded, and none that could pass for a scheme. */
function uriOf(path: string): string {
  const segments = path
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.')
    .map((segment) => encodeURIComponent(segment.toWellFormed()));
  return segments.length === 0 ? '.' : segments.join('/');
}
