/** A JSON Schema, or one of its parts, as plain values. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Where the API server accepts more than Bulkhead does, and why. */
export interface Relaxation {
  /** `spec.sensors[]` */
  readonly path: string;
  readonly why: string;
}

export interface StructuralSchema {
  readonly schema: JsonSchema;
  readonly relaxations: readonly Relaxation[];
}

const KEPT = ['description', 'minLength', 'maxLength', 'minItems', 'maxItems', 'minimum', 'maximum'] as const;
/** Groups that Go's regular expressions do not have, references, and classes that they name otherwise. */
const NOT_IN_GO = /\(\?[=!<]|\\[1-9]|\\[pPuk]/;
const KEEP_UNKNOWN = { 'x-kubernetes-preserve-unknown-fields': true } as const;

/**
 * A JSON Schema as a structural OpenAPI v3 schema of a CustomResourceDefinition, valid for the API server of Kubernetes 1.16 and later. What
 * cannot be said there is left open, never said more strictly: the API server accepts a superset, and a list says where.
 *
 * Unknown keys are kept instead of dropped: a misspelt `exclude` that vanished without a word would be a rule that its author never
 * wrote; kept, it is found and reported. Defaults are left out: what a document does not say is not written into it.
 */
export function structuralSchema(schema: JsonSchema): StructuralSchema {
  const relaxations: Relaxation[] = [];
  return { schema: convert(schema, '', relaxations), relaxations };
}

function convert(schema: JsonSchema, path: string, relaxations: Relaxation[]): JsonSchema {
  const relax = (why: string): JsonSchema => {
    relaxations.push({ path, why });
    return { ...pick(schema, ['description']), ...KEEP_UNKNOWN };
  };
  const branches = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(branches)) return convertUnion(schema, branches as JsonSchema[], path, relaxations, relax);
  if ('allOf' in schema || '$ref' in schema || 'not' in schema) return relax('a combination of schemas');
  if ('const' in schema)
    return { ...pick(schema, ['description']), ...typeOfValues([schema['const']]), enum: [schema['const']] };
  const { type } = schema;
  switch (type) {
    case 'object':
      return convertObject(schema, path, relaxations);
    case 'array':
      return {
        type,
        ...pick(schema, KEPT),
        items: convert((schema['items'] ?? {}) as JsonSchema, `${path}[]`, relaxations),
      };
    case 'string':
    case 'boolean':
    case 'number':
    case 'integer':
      return { type, ...pick(schema, KEPT, isSafeBound), ...pick(schema, ['enum']), ...patternOf(schema) };
    default:
      return Array.isArray(schema['enum'])
        ? { ...typeOfValues(schema['enum']), enum: schema['enum'] }
        : relax('a value of any type');
  }
}

/** Branches of one scalar type become that type; others cannot be told apart by a structural schema. */
function convertUnion(
  schema: JsonSchema,
  branches: readonly JsonSchema[],
  path: string,
  relaxations: Relaxation[],
  relax: (why: string) => JsonSchema,
): JsonSchema {
  const types = new Set(branches.map((branch) => branch['type'] ?? typeOfValues([branch['const']]).type));
  const [type] = types;
  if (types.size === 1 && type !== undefined && type !== 'object' && type !== 'array') {
    const values = branches.flatMap((branch) => valuesOf(branch) ?? []);
    if (branches.every((branch) => valuesOf(branch) !== undefined)) {
      return { ...pick(schema, ['description']), type, enum: [...new Set(values)] };
    }
    relaxations.push({ path, why: `one of several forms of a ${JSON.stringify(type)}` });
    return { ...pick(schema, ['description']), type };
  }
  return relax(`one of several types: ${[...types].map(String).join(', ')}`);
}

function convertObject(schema: JsonSchema, path: string, relaxations: Relaxation[]): JsonSchema {
  const below = (key: string): string => (path === '' ? key : `${path}.${key}`);
  const head = { type: 'object', ...pick(schema, KEPT) };
  const properties = schema['properties'] as Readonly<Record<string, JsonSchema>> | undefined;
  const others = schema['additionalProperties'];
  if (properties === undefined && typeof others === 'object' && others !== null) {
    const keys = (schema['propertyNames'] as JsonSchema | undefined)?.['enum'];
    const value = convert(others as JsonSchema, below('*'), relaxations);
    // Keys of a closed set are named, so that they are explained; others are kept, to be reported.
    if (Array.isArray(keys)) {
      return { ...head, properties: Object.fromEntries(keys.map((key) => [String(key), value])), ...KEEP_UNKNOWN };
    }
    return { ...head, additionalProperties: value };
  }
  const converted = Object.entries(properties ?? {}).map(([key, value]) => [
    key,
    convert(value, below(key), relaxations),
  ]);
  const required = schema['required'];
  return {
    ...head,
    ...(converted.length > 0 && { properties: Object.fromEntries(converted) }),
    ...(Array.isArray(required) && required.length > 0 && { required }),
    ...KEEP_UNKNOWN,
  };
}

function valuesOf(schema: JsonSchema): readonly unknown[] | undefined {
  if ('const' in schema) return [schema['const']];
  return Array.isArray(schema['enum']) ? schema['enum'] : undefined;
}

function typeOfValues(values: readonly unknown[]): { readonly type?: string } {
  const types = new Set(values.map((value) => typeof value));
  const [type] = types;
  return types.size === 1 && type !== undefined && ['string', 'number', 'boolean'].includes(type) ? { type } : {};
}

/** The bounds that zod gives any whole number say nothing. */
function isSafeBound(value: unknown): boolean {
  return typeof value !== 'number' || Math.abs(value) < Number.MAX_SAFE_INTEGER;
}

function patternOf({ pattern, format }: JsonSchema): JsonSchema {
  // The patterns of dates and addresses are long, and what they say is said better when the document is read.
  if (typeof pattern !== 'string' || format !== undefined || NOT_IN_GO.test(pattern)) return {};
  return { pattern };
}

function pick(
  schema: JsonSchema,
  keys: readonly string[],
  wanted: (value: unknown) => boolean = () => true,
): JsonSchema {
  return Object.fromEntries(keys.flatMap((key) => (key in schema && wanted(schema[key]) ? [[key, schema[key]]] : [])));
}
