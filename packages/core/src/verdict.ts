/** What is done with traffic, from most to least permissive. `capture` reports, and keeps the session's packets. */
export const VERDICTS = ['allow', 'alert', 'capture', 'mask', 'block'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What a sensor may ask for: every verdict but `allow`. */
export const SENSOR_ACTIONS = ['alert', 'capture', 'mask', 'block'] as const;
export type SensorAction = (typeof SENSOR_ACTIONS)[number];

/** What became of a flow or a program: a rule may let it be, say that it would not, or not let it. */
export const RULE_VERDICTS = ['allow', 'alert', 'block'] as const satisfies readonly Verdict[];
export type RuleVerdict = (typeof RULE_VERDICTS)[number];

/** How sure a finding is, from least to most sure. */
export const CONFIDENCES = ['low', 'medium', 'high'] as const;
export type Confidence = (typeof CONFIDENCES)[number];

/** Which half of a conversation: what the client sends or what the server answers. */
export const DIRECTIONS = ['request', 'response'] as const;
export type Direction = (typeof DIRECTIONS)[number];

export const DIRECTION_SCOPES = ['request', 'response', 'both'] as const;
export type DirectionScope = (typeof DIRECTION_SCOPES)[number];

/** Orders verdicts by strictness: negative when `a` is more permissive than `b`. */
export function compareVerdicts(a: Verdict, b: Verdict): number {
  return VERDICTS.indexOf(a) - VERDICTS.indexOf(b);
}

/** Orders confidences by sureness: negative when `a` is less sure than `b`. */
export function compareConfidences(a: Confidence, b: Confidence): number {
  return CONFIDENCES.indexOf(a) - CONFIDENCES.indexOf(b);
}

/** The strictest of some verdicts; `allow` when there is none. */
export function strictestVerdict(verdicts: Iterable<Verdict>): Verdict {
  let strictest: Verdict = 'allow';
  for (const verdict of verdicts) if (compareVerdicts(verdict, strictest) > 0) strictest = verdict;
  return strictest;
}
