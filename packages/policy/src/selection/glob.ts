/**
 * Whether `text` matches a glob: `*` stands for any run of characters, `?` for one, everything else for itself.
 * Time is at most the product of both lengths, whatever the glob: there is no backtracking beyond the last `*`.
 */
export function matchesGlob(glob: string, text: string): boolean {
  let inGlob = 0;
  let inText = 0;
  let star = -1;
  let resume = 0;
  while (inText < text.length) {
    const wanted = glob[inGlob];
    if (wanted === '*') {
      star = inGlob;
      resume = inText;
      inGlob += 1;
    } else if (wanted !== undefined && (wanted === '?' || wanted === text[inText])) {
      inGlob += 1;
      inText += 1;
    } else if (star >= 0) {
      inGlob = star + 1;
      resume += 1;
      inText = resume;
    } else {
      return false;
    }
  }
  while (glob[inGlob] === '*') inGlob += 1;
  return inGlob === glob.length;
}
