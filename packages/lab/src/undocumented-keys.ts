interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** The dotted paths of what can be set by a configuration's JSON schema, but for its heading, that a manual does not have in backticks. */
export function undocumentedKeys(schema: object, manual: string): readonly string[] {
  return keysOf(schema).filter((key) => !manual.includes(`\`${key}\``));
}

function keysOf({ properties = {} }: Schema, path = ''): string[] {
  return Object.entries(properties)
    .filter(([key]) => key !== 'apiVersion' && key !== 'kind')
    .flatMap(([key, value]) => (value.properties === undefined ? [path + key] : keysOf(value, `${path}${key}.`)));
}
