/** Bytes of a path, by the kernel (PATH_MAX). */
export const MAX_PATH_LENGTH = 4_096;

/** In a folder whose path is longer there is nothing, and no glob can say it with what is in it. */
export const MAX_FOLDER_LENGTH = MAX_PATH_LENGTH - 2;

/** The glob for anything in a folder, at any depth. */
export function globOfFolder(path: string): string {
  return path.endsWith('/') ? `${path}*` : `${path}/*`;
}
