import { MAX_PATH_LENGTH } from '@bulkhead/core';
import { z } from 'zod';
import { name } from '../group/schema.ts';

export const RULE_ACTIONS = ['allow', 'deny'] as const;

const MAX_GROUPS = 64;
const MAX_PATHS = 128;

/** Names of the groups that a policy is about. */
export const boundGroups = z.array(name).min(1).max(MAX_GROUPS);

/** Globs over absolute paths; `*` stands for any run of characters, `/` included. */
export const pathGlobs = z
  .array(
    z.string().max(MAX_PATH_LENGTH).regex(/^[/*]/, 'must be a glob over absolute paths, such as /usr/bin/* or */sshd'),
  )
  .min(1)
  .max(MAX_PATHS);

interface Issues {
  addIssue(issue: { readonly code: 'custom'; readonly path: (string | number)[]; readonly message: string }): void;
}

/** Rules are told by their names: each has its own. */
export function ruleNames(rules: readonly { readonly name: string }[], context: Issues): void {
  const known = new Set<string>();
  for (const [index, rule] of rules.entries()) {
    if (known.has(rule.name)) {
      context.addIssue({ code: 'custom', path: [index, 'name'], message: 'is the name of another rule' });
    }
    known.add(rule.name);
  }
}
