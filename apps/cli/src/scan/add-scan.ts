import { type Command, InvalidArgumentError, Option } from 'commander';
import { examples, type Outcome } from '../command.ts';
import type { Io } from '../io.ts';
import { addVerify } from '../signature/add-verify.ts';
import { cacheFolder } from './cache-folder.ts';
import type { FolderKind, ImageCommandOptions, ScanCommandOptions } from './options.ts';
import { scanning } from './scanning.ts';

/** Adds the commands that scan: `image`, `fs`, `rootfs`, `sbom` and `host`. */
export function addScan(root: Command, io: Io, outcome: Outcome): void {
  const image = scanning(root.command('image'))
    .description('scan an image of a registry, or one that is a file')
    .argument('[reference]', 'such as alpine:3.20 or registry.example/shop@sha256:…')
    .option('--input <file>', 'an archive (docker save, OCI, containerd, skopeo) or a folder in the OCI layout')
    .option('--platform <platform>', 'which image of an index, such as linux/arm64 (default: this machine’s)')
    .option('--dockerfile <file>', 'what the image was built from: SARIF then points at its lines')
    .option('--ca <file>', 'certificates of authorities to trust besides the usual ones, in PEM')
    .option('--allow-wrong-digests', 'read an archive of docker save that was edited by hand')
    .option('--plain-http', 'talk to the registry without encryption')
    .addOption(
      new Option('--mirror <registry=host>', 'ask this host before the registry; may be given again').argParser(mirror),
    )
    .option('--containerd [socket]', 'take the image from containerd on this machine (/run/containerd/containerd.sock)')
    .option('--containerd-namespace <name>', 'where containerd has it (default: k8s.io, as Kubernetes)')
    .addOption(
      new Option('--cache-dir <folder>', 'where layers that were scanned before are remembered').default(
        cacheFolder(process.env),
        'layers in the user’s cache folder',
      ),
    )
    .addHelpText(
      'after',
      examples(
        ['bulkhead image alpine:3.20', 'an image of a registry, as tables'],
        ['bulkhead image --input shop.tar --severity high,critical --exit-code 3', 'in a build: exit 3 if it is bad'],
        ['bulkhead image shop:1 --format sarif --dockerfile Dockerfile --output shop.sarif', 'for a code host'],
        ['bulkhead image shop:1 --containerd', 'an image that this node has'],
        ['bulkhead image shop:1 --explain CVE-2024-0001', 'why a vulnerability is reported, or is not'],
      ),
    )
    .action(async (reference: string | undefined, options: ImageCommandOptions) => {
      const { scanImageCommand } = await import('./image.ts');
      outcome.exitCode = await scanImageCommand(reference, options, io, versionOf(root));
    });
  addVerify(image, io, outcome);

  addFolder(root, io, outcome, 'filesystem', 'fs', 'scan a folder of sources: lock files and manifests');
  addFolder(root, io, outcome, 'rootfs', 'rootfs', 'scan the root of an unpacked system: what is installed there');

  scanning(root.command('sbom'))
    .description('judge the packages of an SBOM: CycloneDX JSON 1.4 to 1.7, SPDX JSON 2.2 and 2.3')
    .argument('<file>', 'the SBOM; "-" is standard input')
    .addHelpText('after', examples(['bulkhead sbom shop.cdx.json --ignore-unfixed', 'what can be fixed today']))
    .action(async (file: string, options: ScanCommandOptions) => {
      const { scanSbomCommand } = await import('./sbom.ts');
      outcome.exitCode = await scanSbomCommand(file, options, io, versionOf(root));
    });

  scanning(root.command('host'))
    .description('scan this machine: what is installed, and the kernel that runs')
    .addHelpText('after', examples(['bulkhead host --severity critical', 'the worst of this machine']))
    .action(async (options: ScanCommandOptions) => {
      const { scanFolderCommand } = await import('./folder.ts');
      outcome.exitCode = await scanFolderCommand('host', '/', options, io, versionOf(root));
    });
}

/** `docker.io=mirror.example.org`, added to those before it. */
function mirror(
  text: string,
  before: Readonly<Record<string, readonly string[]>> = {},
): Readonly<Record<string, readonly string[]>> {
  const { registry, host } = /^(?<registry>[^=/\s]+)=(?<host>[^=/\s]+)$/.exec(text)?.groups ?? {};
  if (registry === undefined || host === undefined) {
    throw new InvalidArgumentError('it must be a registry and a host, such as docker.io=mirror.example.org');
  }
  return { ...before, [registry]: [...(before[registry] ?? []), host] };
}

function addFolder(root: Command, io: Io, outcome: Outcome, kind: FolderKind, name: string, what: string): void {
  scanning(root.command(name))
    .description(what)
    .argument('<folder>', 'where it is')
    .addHelpText(
      'after',
      examples([`bulkhead ${name} ${kind === 'filesystem' ? '.' : '/mnt/root'} --format json`, 'as one document']),
    )
    .action(async (folder: string, options: ScanCommandOptions) => {
      const { scanFolderCommand } = await import('./folder.ts');
      outcome.exitCode = await scanFolderCommand(kind, folder, options, io, versionOf(root));
    });
}

function versionOf(root: Command): string {
  return root.version() ?? '';
}
