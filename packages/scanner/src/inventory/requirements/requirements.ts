import { wholeFileReader } from '../reading/define-reader.ts';
import { baseName } from '../reading/paths.ts';
import { linesOf, textOf } from '../reading/text.ts';

const MAX_BYTES = 8 * 1024 * 1024;
/** PEP 508: name, extras, then versions, a URL, or nothing. */
const REQUIREMENT = /^([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(.*)$/s;
const PINNED = /^\(?\s*===?\s*([^\s,;*()]+)\s*\)?$/;

/**
 * pip's requirements files (pip.pypa.io, "Requirements File Format"). They are no lock files: what is not pinned with
 * `==` has no version here, which is said.
 */
export const requirementsReader = wholeFileReader({
  id: 'requirements',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => /(?:^|\/)(?:[^/]*requirements[^/]*|requirements\/[^/]+)\.txt$/.test(path),
  read(content, found, { path }) {
    const scope = /(?:^|[-_.])(?:dev|tests?|lint|docs?|ci)(?:[-_.]|$)/.test(baseName(path)) ? 'development' : undefined;
    for (const line of logicalLines(textOf(content))) {
      const requirement = bareRequirement(line);
      if (requirement === '' || requirement.startsWith('-') || /^[./~]|^[a-z+]+:\/\//i.test(requirement)) continue;
      const match = REQUIREMENT.exec(requirement);
      if (match?.[1] === undefined || match[2] === undefined) {
        found.malformed();
        continue;
      }
      const version = PINNED.exec(match[2].trim())?.[1];
      if (version === undefined) found.unresolved(match[1]);
      else found.add({ type: 'pypi', name: match[1], version, ...(scope !== undefined && { scope }) });
    }
  },
});

/** Lines that end in a backslash go on in the next one. */
function* logicalLines(text: string): Generator<string> {
  let open: string[] = [];
  for (const line of linesOf(text)) {
    if (line.endsWith('\\')) open.push(line.slice(0, -1));
    else {
      yield [...open, line].join(' ');
      open = [];
    }
  }
  if (open.length > 0) yield open.join(' ');
}

/** Without comment, environment marker and per-requirement options. */
function bareRequirement(line: string): string {
  const comment = line.search(/(?:^|\s)#/);
  const bare = comment === -1 ? line : line.slice(0, comment);
  const end = bare.search(/\s--[a-z]|;/);
  return (end === -1 ? bare : bare.slice(0, end)).trim();
}
