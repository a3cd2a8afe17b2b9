import { streamReader } from '../reading/define-reader.ts';
import { isExecutable, wantsExecutable } from '../reading/executable.ts';
import { BuildInfoSearch } from './build-info-search.ts';
import { addModules, addStandardLibrary } from './module-list.ts';

/**
 * Go programs: the modules and the Go version that the linker writes into every binary (debug/buildinfo). The file is
 * searched as it streams by, so its size does not matter; ELF, PE and Mach-O alike.
 */
export const goBinaryReader = streamReader({
  id: 'go-binary',
  version: 1,
  wants: wantsExecutable,
  open() {
    const search = new BuildInfoSearch();
    let head = Buffer.alloc(0);
    let isProgram = false;
    return {
      write(chunk) {
        if (isProgram) return search.write(chunk);
        head = Buffer.concat([head, chunk]);
        if (head.length < 4) return true;
        isProgram = isExecutable(head);
        return isProgram && search.write(head);
      },
      end(complete, found) {
        if (!isProgram) return;
        const info = search.end();
        if (info === undefined) {
          if (!complete && search.isOpen) found.gap('unreadable', 'the file broke off inside its Go build information');
          return;
        }
        if (info.version !== undefined) addStandardLibrary(info.version, found);
        else found.gap('unsupported', 'it was built by Go before 1.18: its modules are read, its Go version is not');
        addModules(info.modules, found);
      },
    };
  },
});
