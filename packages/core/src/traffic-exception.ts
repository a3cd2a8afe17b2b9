/**
 * Everything that keeps the inspector from looking at bytes, or makes two readings of the same bytes possible.
 * The names are those of the inspector's `exception.hpp`, in camelCase and in its order.
 */
export const TRAFFIC_EXCEPTIONS = [
  'memoryCap',
  'midstream',
  'gap',
  'overlap',
  'badChecksum',
  'badReset',
  'urgentData',
  'malformedPacket',
  'unknownLayer',
  'depthLimit',
  'fragmentLimit',
  'parserError',
  'ambiguousFraming',
  'decodeBudget',
  'decodeError',
  'unsupportedEncoding',
  'queueOverrun',
  'truncatedPacket',
  'countLimit',
] as const;
export type TrafficException = (typeof TRAFFIC_EXCEPTIONS)[number];

/** What to do with traffic that met an exception, from most to least permissive. */
export const EXCEPTION_POLICIES = ['pass', 'alert', 'block'] as const;
export type ExceptionPolicy = (typeof EXCEPTION_POLICIES)[number];

/** Policies for the exceptions somebody decided about; the others follow the inspector's default, `alert`. */
export type ExceptionPolicies = Readonly<Partial<Record<TrafficException, ExceptionPolicy>>>;

/** Orders exception policies by strictness: negative when `a` is more permissive than `b`. */
export function compareExceptionPolicies(a: ExceptionPolicy, b: ExceptionPolicy): number {
  return EXCEPTION_POLICIES.indexOf(a) - EXCEPTION_POLICIES.indexOf(b);
}
