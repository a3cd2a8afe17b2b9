import { wholeFileReader } from '../reading/define-reader.ts';
import { linesOf, textOf } from '../reading/text.ts';

const MAX_BYTES = 16 * 1024 * 1024;

/** gradle.lockfile (docs.gradle.org, "Locking Versions"): `group:artifact:version=configurations`. */
export const gradleReader = wholeFileReader({
  id: 'gradle',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => /(?:^|\/)(?:buildscript-)?gradle\.lockfile$/.test(path),
  read(content, found, { path }) {
    const isBuild = path.endsWith('buildscript-gradle.lockfile');
    for (const line of linesOf(textOf(content))) {
      if (line.trim() === '' || line.startsWith('#') || line.startsWith('empty=')) continue;
      const match = /^([^:=\s]+):([^:=\s]+):([^:=\s]+)=(.*)$/s.exec(line);
      if (match?.[1] === undefined || match[2] === undefined || match[3] === undefined) {
        found.malformed();
        continue;
      }
      const isDevelopment = isBuild || match[4]?.split(',').every((name) => /^(?:test|integrationTest)/i.test(name));
      found.add({
        type: 'maven',
        namespace: match[1],
        name: match[2],
        version: match[3],
        ...(isDevelopment === true && { scope: 'development' }),
      });
    }
  },
});
