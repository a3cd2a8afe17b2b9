/** What os-release(5) and its older relatives say. `id` is `debian`, `alpine`, `almalinux`, …; lower case. */
export interface OsRelease {
  readonly id: string;
  readonly idLike: readonly string[];
  /** Absent for rolling distributions. */
  readonly versionId?: string;
  readonly versionCodename?: string;
  readonly prettyName?: string;
  readonly cpeName?: string;
}
