import type { Inventory } from '../image/inventory.ts';
import type { OsRelease } from '../package/os-release.ts';
import type { LocatedPackage, SourcePackage } from '../package/package.ts';
import { type PurlDistribution, parsePurl, toPurl } from '../package/purl.ts';
import type { Gap } from '../reader/gap.ts';
import { comparePackages } from '../report/model/order.ts';
import { parsePackageRecord } from './record.ts';

/** Id of the reader of packages that an SBOM names and nobody else has located. */
const READER = 'sbom';
/** A message names so many of the components it is about. */
const MAX_NAMED = 5;

/** What an SBOM says about one component. */
export interface Component {
  /** For messages. */
  readonly name: string;
  readonly purl: string | undefined;
  /** Our own record of it, if somebody kept it. */
  readonly record?: string | undefined;
  readonly path?: string | undefined;
  readonly layer?: string | undefined;
  readonly source?: SourcePackage | undefined;
  readonly licenses?: readonly string[];
}

/** Collects the components of an SBOM into an inventory. */
export class Collector {
  readonly #name: string;
  readonly #packages: LocatedPackage[] = [];
  readonly #left = { unversioned: [] as string[], unnamed: [] as string[], unsupported: [] as string[] };
  #os: OsRelease | undefined;
  #distribution: PurlDistribution | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  /** The operating system the SBOM names; the first one counts. */
  system(os: OsRelease): void {
    this.#os ??= os;
  }

  add(component: Component): void {
    if (component.purl === undefined) {
      this.#left.unnamed.push(component.name);
      return;
    }
    const parsed = parsePurl(component.purl);
    const distribution = parsed.ok ? parsed.distribution : undefined;
    this.#distribution ??= distribution;
    const recorded = component.record === undefined ? undefined : parsePackageRecord(component.record);
    // Whoever edits an SBOM edits the package URL: a record that disagrees with it is out of date.
    if (recorded !== undefined && [distribution, this.#os].some((os) => toPurl(recorded, os) === component.purl)) {
      this.#packages.push(recorded);
      return;
    }
    if (!parsed.ok) {
      // A package without a version, as projects under development are, cannot be compared with anything.
      this.#left[parsed.problem === 'malformed' ? 'unnamed' : parsed.problem].push(component.name);
      return;
    }
    this.#packages.push({
      ...parsed.package,
      ...(component.source !== undefined && { source: component.source }),
      ...(component.licenses !== undefined && component.licenses.length > 0 && { licenses: component.licenses }),
      reader: READER,
      location: {
        path: (component.path ?? this.#name).replace(/^\/+/, ''),
        ...(component.layer !== undefined && { layer: component.layer }),
      },
    });
  }

  inventory(): Inventory {
    const os = this.#os ?? (this.#distribution === undefined ? undefined : { idLike: [], ...this.#distribution });
    return {
      ...(os !== undefined && { os }),
      packages: this.#packages.toSorted(comparePackages),
      ownerByPath: new Map(),
      secrets: [],
      misconfigurations: [],
      gaps: [
        ...this.#gap('unresolved', this.#left.unnamed, 'without a package URL'),
        ...this.#gap('unresolved', this.#left.unversioned, 'without a version'),
        ...this.#gap('unsupported', this.#left.unsupported, 'of a type that is not judged'),
      ],
    };
  }

  #gap(code: Gap['code'], names: readonly string[], why: string): readonly Gap[] {
    if (names.length === 0) return [];
    const some = names
      .slice(0, MAX_NAMED)
      .map((name) => name.slice(0, 100))
      .join(', ');
    const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : '';
    const count = names.length === 1 ? '1 component' : `${names.length} components`;
    return [{ code, message: `${count} ${why}: ${some}${more}`, path: this.#name, reader: READER }];
  }
}
