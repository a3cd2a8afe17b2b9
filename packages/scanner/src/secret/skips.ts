import type { ReaderSubject } from '../inventory/readers-for.ts';
import type { FileEntry } from '../reader/reader.ts';

/** A kind of file in which no secrets are looked for, and why. */
export interface SecretSkip {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  /** Of the path; absent for what only the content tells. */
  readonly pattern?: RegExp;
  /** Whether it holds for systems alone: a folder of sources may have a `lib` or a `dev` of its own. */
  readonly systemsOnly?: boolean;
}

/** Every reason for which a file is passed over. The reference page is made from this list. */
export const SECRET_SKIPS: readonly SecretSkip[] = [
  {
    id: 'binary',
    title: 'Binary files: a zero byte among the first 8 KiB',
    why: 'secrets are text; random bytes look like one now and then',
  },
  {
    id: 'binary-name',
    title: 'Files whose name says that they are binary: pictures, fonts, archives, libraries, compiled code',
    why: 'they are not even read',
    pattern:
      /\.(?:7z|a|apk|avif|bin|bmp|br|bz2|class|dat|db|deb|dll|dylib|ear|eot|exe|gif|gz|ico|jar|jpe?g|ko|lz4|mo|mp[34]|node|o|ogg|otf|pdf|png|pyc|pyo|rar|rpm|so(?:\.[\d.]+)?|sqlite3?|svgz|tar|tgz|tiff?|ttf|war|wasm|webm|webp|whl|woff2?|xz|zip|zst)$/i,
  },
  {
    id: 'lock-file',
    title: 'Lock files of package managers',
    why: 'they are full of digests, and made by programs',
    pattern:
      /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|Cargo\.lock|poetry\.lock|Pipfile\.lock|uv\.lock|pdm\.lock|composer\.lock|Gemfile\.lock|go\.sum|Podfile\.lock|Package\.resolved|mix\.lock|pubspec\.lock|packages\.lock\.json|flake\.lock|gradle\.lockfile)$/,
  },
  {
    id: 'vendored',
    title:
      'Packages of others: node_modules, vendor, site-packages, dist-packages, gems, Go modules, the Cargo registry',
    why: 'keys in them are examples and tests of their authors, and public already',
    pattern:
      /(?:^|\/)(?:node_modules|bower_components|vendor|site-packages|dist-packages|gems|go\/pkg\/mod|\.cargo\/registry|\.m2\/repository|\.nuget\/packages)\//,
  },
  {
    id: 'distribution',
    title:
      'In images and systems, what a distribution brings: /usr/share, /usr/include, /usr/lib, /lib, package databases',
    systemsOnly: true,
    why: 'it is the same on every machine; a key in it is public',
    pattern:
      /^(?:usr\/(?:share|include|src|lib|lib64|libexec)|lib|lib64|var\/lib\/(?:dpkg|apt|rpm|pacman|dnf|yum)|var\/cache)\//,
  },
  {
    id: 'version-control',
    title: "Git's own files",
    why: 'their content is compressed, and what counts lies beside them',
    pattern: /(?:^|\/)\.git\/(?!config$)/,
  },
  {
    id: 'kernel',
    title: 'In images and systems, the file systems of the kernel: /proc, /sys, /dev',
    systemsOnly: true,
    why: 'they are no files',
    pattern: /^(?:proc|sys|dev)\//,
  },
];

/** Why a file is passed over by its path; undefined where it is looked into. */
export function skippedByPath({ path }: Pick<FileEntry, 'path'>, subject: ReaderSubject): string | undefined {
  return SECRET_SKIPS.find(
    ({ pattern, systemsOnly }) => (systemsOnly !== true || subject !== 'filesystem') && pattern?.test(path) === true,
  )?.id;
}

/** Git's own measure: text does not hold a zero byte near its beginning. */
const BINARY_WINDOW = 8 * 1024;

export function isBinary(beginning: Uint8Array): boolean {
  return beginning.subarray(0, BINARY_WINDOW).includes(0);
}
