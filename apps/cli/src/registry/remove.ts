import { EXIT_OK } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { notWatched } from './not-watched.ts';
import { type PlaceOptions, withStore } from './store-place.ts';

/** `bulkhead registry remove`. */
export async function remove(name: string, options: PlaceOptions, io: Io): Promise<number> {
  const outcome = await withStore(options, (store) => store.registries.remove(name));
  if (outcome === 'absent') throw notWatched(name);
  io.stdout.write(`${name} is not watched any more\n`);
  return EXIT_OK;
}
