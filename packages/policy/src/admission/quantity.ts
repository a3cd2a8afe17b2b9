const FACTORS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** Longer than any that means something; a bound for the pattern below. */
const MAX_LENGTH = 64;
const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d{1,3})|([numkMGTPE]|[KMGTPE]i)?)$/;

/**
 * An amount of a resource as Kubernetes writes it (`500m`, `1.5Gi`, `2e3`), in its unit; undefined for what is none.
 * Numbers beyond 2^53 are rounded, which is far beyond what a container can have.
 */
export function parseQuantity(value: string | number | boolean | undefined): number | undefined {
  const text = String(value ?? '');
  if (text.length > MAX_LENGTH) return undefined;
  const match = QUANTITY.exec(text);
  if (match === null) return undefined;
  const [, digits = '', exponent, suffix = ''] = match;
  const amount = exponent === undefined ? Number(digits) * (FACTORS[suffix] ?? Number.NaN) : Number(digits + exponent);
  return Number.isFinite(amount) ? amount : undefined;
}
