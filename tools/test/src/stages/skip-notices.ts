import type { Skip } from '../stage.ts';

/**
 * Finds what tests say of themselves in lines such as `skipped: inline through the queue: no NFQUEUE in this kernel`,
 * for runners that cannot tell a skipped test from one that passed. The text up to the first colon names the test.
 */
export function noticedSkips(output: string): Skip[] {
  const notices = output.matchAll(/^.*?\bskipped: *(?<text>\S.*)$/gm);
  return [...notices].map(({ groups }) => {
    const text = groups?.text ?? '';
    const colon = text.indexOf(': ');
    return colon < 0 ? { test: text, reason: text } : { test: text.slice(0, colon), reason: text.slice(colon + 2) };
  });
}
