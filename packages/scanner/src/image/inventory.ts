import type { OsRelease } from '../package/os-release.ts';
import type { LocatedPackage, Location } from '../package/package.ts';
import type { Misconfiguration, SecretMatch } from '../reader/fact.ts';
import type { Gap } from '../reader/gap.ts';

/** Everything the readers found in an image, folder or host, with later layers applied over earlier ones. Sorted and stable. */
export interface Inventory {
  readonly os?: OsRelease;
  readonly packages: readonly LocatedPackage[];
  /** Which package of the distribution brought a file, by path; folders that are links are followed. */
  readonly ownerByPath: ReadonlyMap<string, FileOwner>;
  readonly secrets: readonly (SecretMatch & { readonly location: Location })[];
  readonly misconfigurations: readonly (Misconfiguration & { readonly location: Location })[];
  readonly gaps: readonly Gap[];
  /** Hosts only: an image brings no kernel that runs. */
  readonly kernel?: RunningKernel;
}

export interface FileOwner {
  readonly type: string;
  readonly name: string;
}

export interface RunningKernel {
  /** As `uname -r` says: `6.1.0-18-amd64`. */
  readonly release: string;
  /** As `uname -m` says. */
  readonly machine: string;
}
