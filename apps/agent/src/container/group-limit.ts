import { readFileSync, writeFileSync } from 'node:fs';

/** How many fanotify groups a user of this machine may have, 128 unless somebody says otherwise. */
const GROUP_LIMIT = '/proc/sys/fs/fanotify/max_user_groups';

/** Several times what a node runs; a group that is not used takes nothing. */
export const ENOUGH_GROUPS = 4_096;

/**
 * Lets there be as many groups as containers may need: one each, another where its files are learnt, and both twice while its rules take
 * others. Gives what the limit was; nothing where it is high enough already, or may not be changed.
 */
export function raiseGroupLimit(file = GROUP_LIMIT): number | undefined {
  try {
    const limit = Number(readFileSync(file, 'utf8'));
    if (!(limit < ENOUGH_GROUPS)) return undefined;
    writeFileSync(file, String(ENOUGH_GROUPS));
    return limit;
  } catch {
    // Read-only in a pod that is not privileged: the container that cannot be held is told of with the reason.
    return undefined;
  }
}
