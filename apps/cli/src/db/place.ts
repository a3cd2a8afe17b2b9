import {
  type Bucket,
  type Catalogues,
  FolderBucket,
  fileResource,
  HttpBucket,
  type Resource,
  urlResource,
  urlStream,
} from '@bulkhead/advisory-db';
import { CliError } from '../error.ts';

/** What a user may name: a URL, or else a path. */
export function bucketAt(place: string): Bucket {
  return isUrl(place) ? new HttpBucket(place) : new FolderBucket(place);
}

export function resourceAt(place: string): Resource {
  return isUrl(place) ? urlResource(place) : fileResource(place);
}

/** For what is too large for memory. */
export function streamAt(place: string): Resource {
  return isUrl(place) ? urlStream(place) : fileResource(place);
}

export interface CatalogueOptions {
  readonly kev?: string;
  readonly epss?: string;
  readonly vex?: readonly string[];
}

export function cataloguesOf({ kev, epss, vex }: CatalogueOptions): Catalogues {
  return {
    ...(kev !== undefined && { kev: resourceAt(kev) }),
    ...(epss !== undefined && { epss: resourceAt(epss) }),
    ...(vex !== undefined && { vex: vex.map(resourceAt) }),
  };
}

function isUrl(place: string): boolean {
  if (/^https?:\/\//i.test(place)) {
    if (URL.canParse(place)) return true;
  } else if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(place)) {
    return false;
  }
  throw new CliError('USAGE', {
    what: `cannot read ${JSON.stringify(place)}`,
    why: 'it is neither a path nor an address that begins with http:// or https://',
    fix: 'correct it',
  });
}
