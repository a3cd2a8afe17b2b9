import type { OsRelease } from '../package/os-release.ts';
import type { Package, PackageType } from '../package/package.ts';

/**
 * What one file says. Facts belong to their file: a later layer that overwrites or removes the file takes them away,
 * which is why layers can be read and cached one by one.
 */
export type Fact =
  | {
      readonly kind: 'packages';
      readonly packages: readonly FoundPackage[];
      /**
       * Paths of files that say less exactly what this one says (go.sum beside go.mod): what they say about packages
       * does not count where this fact does.
       */
      readonly supersedes?: readonly string[];
    }
  | { readonly kind: 'os-release'; readonly release: OsRelease }
  | {
      readonly kind: 'owned-files';
      readonly owner: { readonly type: PackageType; readonly name: string };
      /** Without leading slash. */
      readonly paths: readonly string[];
    }
  | { readonly kind: 'secret'; readonly secret: SecretMatch }
  | { readonly kind: 'misconfiguration'; readonly misconfiguration: Misconfiguration };

/** A package inside a file; `within` names nested archives. */
export interface FoundPackage extends Package {
  readonly within?: readonly string[];
}

export interface SecretMatch {
  /** Id of the detector, as in `bulkhead dlp detectors`. */
  readonly detector: string;
  readonly line: number;
  /** Never the secret. */
  readonly masked: string;
  readonly confidence: 'low' | 'medium' | 'high';
}

export interface Misconfiguration {
  /** Id of the rule: stable, such as `dockerfile-root-user`. */
  readonly rule: string;
  readonly line?: number;
  /** The object inside the file, such as `Deployment/shop/web container app`. */
  readonly subject?: string;
  /** What is wrong here, in one line. */
  readonly message: string;
}
