import { stat } from 'node:fs/promises';
import type { ImageSource } from '@bulkhead/scanner';
import { OciError } from '../error.ts';
import type { Platform } from '../manifest/platform.ts';
import { type ArchiveFiles, openFolderFiles, openTarFiles } from './files.ts';

export interface ArchiveOptions {
  /** Which image of an archive that holds several: its name, as it is written there or without its registry. */
  readonly image?: string;
  readonly platform?: Platform;
  /**
   * Reads an archive of `docker save`'s older form although its layers are not those its configuration names, as after
   * editing it by hand. Layers are then identified by what they are, which costs a pass over them.
   */
  readonly allowWrongDigests?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Opens an image that is a file or folder: archives of `docker save`, skopeo, buildah, containerd (`ctr images export`,
 * `nerdctl save`), and OCI layouts as an archive or as a folder. Close the source when done with it.
 */
export async function openArchive(path: string, options: ArchiveOptions = {}): Promise<ImageSource> {
  const signal = options.signal ?? new AbortController().signal;
  const files = await openFiles(path, signal);
  try {
    if (files.has('index.json') && files.has('oci-layout')) {
      const { openLayout } = await import('./oci-layout.ts');
      return await openLayout(files, path, options, signal);
    }
    if (files.has('manifest.json')) {
      const { openDockerSave } = await import('./docker-save.ts');
      return await openDockerSave(files, path, options, signal);
    }
    throw notAnImage(path, files.topNames());
  } catch (error) {
    await files.close();
    throw error;
  }
}

async function openFiles(path: string, signal: AbortSignal): Promise<ArchiveFiles> {
  try {
    const isFolder = (await stat(path)).isDirectory();
    return isFolder ? await openFolderFiles(path) : await openTarFiles(path, signal);
  } catch (error) {
    if (error instanceof OciError || signal.aborted) throw error;
    const why = error instanceof Error && 'code' in error ? REASONS[String(error.code)] : undefined;
    if (why === undefined) throw error;
    throw new OciError('IMAGE_NOT_FOUND', { what: `"${path}" cannot be opened`, why }, { cause: error });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'reading it is not permitted',
};

function notAnImage(path: string, names: readonly string[]): OciError {
  const isFileSystem = ['etc', 'usr', 'bin'].filter((name) => names.includes(name)).length >= 2;
  return new OciError('NOT_AN_IMAGE', {
    what: `"${path}" is no image`,
    why:
      names.length === 0
        ? 'it is no tar archive and no OCI layout'
        : `it has neither index.json nor manifest.json but ${names.join(', ')}`,
    ...(isFileSystem ? { fix: 'unpack it and scan the folder with "bulkhead rootfs"' } : {}),
  });
}
