import type { Severity } from '@bulkhead/core';

/** Ways to write a report; those of packages/scanner, repeated so that the usage loads nothing. A test compares them. */
export const FORMATS = [
  'table',
  'json',
  'sarif',
  'cyclonedx',
  'spdx-json',
  'junit',
  'gitlab',
  'html',
  'template',
  'openvex',
] as const;

/** What can be looked for. */
export const SCANNERS = ['vuln', 'secret', 'misconfig'] as const;
export type Scanner = (typeof SCANNERS)[number];

export type FolderKind = 'filesystem' | 'rootfs' | 'host';

/** What every scanning command takes. */
export interface ScanCommandOptions {
  readonly format: (typeof FORMATS)[number];
  readonly output?: string;
  readonly template?: string;
  readonly severity?: ReadonlySet<Severity>;
  readonly ignoreUnfixed?: boolean;
  readonly ignorefile: readonly string[];
  readonly vex: readonly string[];
  readonly exitCode: number;
  readonly exitOnEol?: number;
  readonly scanners: readonly Scanner[];
  readonly db: string;
  readonly offline?: boolean;
  readonly listAllPkgs?: boolean;
  readonly explain?: string;
  readonly allowPartial?: boolean;
  readonly debug?: boolean;
}

export interface ImageCommandOptions extends ScanCommandOptions {
  readonly input?: string;
  readonly platform?: string;
  readonly dockerfile?: string;
  readonly ca?: string;
  readonly plainHttp?: boolean;
  /** Hosts with copies, by the registry they copy. */
  readonly mirror?: Readonly<Record<string, readonly string[]>>;
  /** A socket, or true for the usual one. */
  readonly containerd?: string | true;
  readonly containerdNamespace?: string;
  readonly allowWrongDigests?: boolean;
  readonly cacheDir: string;
}
