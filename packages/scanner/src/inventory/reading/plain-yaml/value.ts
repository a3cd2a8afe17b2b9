/** What lock files hold. All scalars are texts: `1.10` is a version, not a number. */
export type PlainYamlValue = string | readonly PlainYamlValue[] | { readonly [key: string]: PlainYamlValue };

/** Not exported from `reading`: becomes a gap where the parser is called. */
export class PlainYamlError extends Error {
  override name = 'PlainYamlError';
}
