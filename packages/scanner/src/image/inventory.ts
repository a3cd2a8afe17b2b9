import type { OsRelease } from '../package/os-release.ts';
import type { LocatedPackage, Location } from '../package/package.ts';
import type { Misconfiguration, SecretMatch } from '../reader/fact.ts';
import type { Gap } from '../reader/gap.ts';

/** Everything the readers found in an image, folder or host, with later layers applied over earlier ones. Sorted and stable. */
export interface Inventory {
  readonly os?: OsRelease;
  readonly packages: readonly LocatedPackage[];
  /** Which package of the distribution brought a file, by path. */
  readonly ownerByPath: ReadonlyMap<string, { readonly type: string; readonly name: string }>;
  readonly secrets: readonly (SecretMatch & { readonly location: Location })[];
  readonly misconfigurations: readonly (Misconfiguration & { readonly location: Location })[];
  readonly gaps: readonly Gap[];
}
