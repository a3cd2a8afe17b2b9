/**
 * How far a group goes: `discover` reports what sensors find, `monitor` also what rules would deny, `protect` enforces. From most
 * to least permissive.
 */
export const MODES = ['discover', 'monitor', 'protect'] as const;
export type Mode = (typeof MODES)[number];

/** What happens to queued traffic while nobody answers for it: `open` lets it through, `closed` holds it back. */
export const FAILURE_POLICIES = ['open', 'closed'] as const;
export type FailurePolicy = (typeof FAILURE_POLICIES)[number];

/** Orders modes by strictness: negative when `a` is more permissive than `b`. */
export function compareModes(a: Mode, b: Mode): number {
  return MODES.indexOf(a) - MODES.indexOf(b);
}
