/** RFC 1035. */
const MAX_DOMAIN = 253;

const DOMAIN = /^(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Whether a text can be a domain of a rule: at least two labels, in any case, perhaps with `*.` in front. */
export function isDomain(text: string): boolean {
  return text.length <= MAX_DOMAIN && DOMAIN.test(text.toLowerCase());
}

/**
 * Whether a name is a rule's domain. `*.example.com` stands for every name below `example.com`, however many labels are
 * in front, and not for `example.com` itself. `name` is in any case, with or without the root's dot.
 */
export function matchesDomain(domain: string, name: string): boolean {
  const asked = name.toLowerCase().replace(/\.$/, '');
  if (!domain.startsWith('*.')) return asked === domain;
  const suffix = domain.slice(1);
  return asked.length > suffix.length && asked.endsWith(suffix);
}
