/** A request that an api's description allows, with one text of the tester's choice in it. */
export interface DescribedRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly payload?: object;
  /** Route and place of the text: `POST /api/v1/tokens body.name`. */
  readonly place: string;
}

interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly minimum?: number;
  readonly minLength?: number;
  readonly format?: string;
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema?: Schema }[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> };
}

export interface Description {
  readonly paths?: Readonly<Record<string, unknown>>;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
/** Deeper are no bodies of anybody. */
const MAX_DEPTH = 8;

/** For each place of each route where a text may stand, a request with `text` there and harmless values elsewhere. */
export function* requestsOf({ paths = {} }: Description, text: string): Generator<DescribedRequest> {
  for (const [path, operations] of Object.entries(paths)) {
    for (const method of METHODS) {
      const operation = (operations as Readonly<Record<string, Operation>>)[method];
      if (operation === undefined) continue;
      const name = `${method.toUpperCase()} ${path}`;
      const base = { method: method.toUpperCase() as DescribedRequest['method'] };
      const schema = operation.requestBody?.content?.['application/json']?.schema;
      const plain = schema === undefined ? {} : { payload: sample(schema) as object };
      const filled = path.replaceAll(/\{\w+\}/g, 'x');
      for (const parameter of operation.parameters ?? []) {
        const value = encodeURIComponent(text);
        if (parameter.in === 'path') {
          const url = path.replace(`{${parameter.name}}`, value).replaceAll(/\{\w+\}/g, 'x');
          yield { ...base, url, ...plain, place: `${name} ${parameter.name}` };
        }
        if (parameter.in === 'query') {
          yield { ...base, url: `${filled}?${parameter.name}=${value}`, ...plain, place: `${name} ?${parameter.name}` };
        }
      }
      if (schema === undefined) continue;
      for (const [place, payload] of withText(schema, text, 'body', 0)) {
        yield { ...base, url: filled, payload: payload as object, place: `${name} ${place}` };
      }
    }
  }
}

/** Values of a schema that have the text in one place each. */
function* withText(schema: Schema, text: string, place: string, depth: number): Generator<[string, unknown]> {
  if (depth > MAX_DEPTH) return;
  const among = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (among !== undefined) {
    for (const each of among) yield* withText(each, text, place, depth + 1);
    return;
  }
  const whole = sample(schema);
  if (schema.properties !== undefined || schema.type === 'object') {
    for (const [key, of] of Object.entries(schema.properties ?? {})) {
      for (const [at, value] of withText(of, text, `${place}.${key}`, depth + 1)) {
        yield [at, { ...(whole as object), [key]: value }];
      }
    }
    // Of a key that nobody has described, too.
    yield [`${place}[key]`, { ...(whole as object), [text]: text }];
    if (schema.additionalProperties !== undefined && schema.additionalProperties !== false) {
      yield [`${place}[…]`, { ...(whole as object), x: text, y: { z: [text] } }];
    }
    return;
  }
  if (schema.type === 'array') {
    for (const [at, value] of withText(schema.items ?? {}, text, `${place}[]`, depth + 1)) yield [at, [value]];
    return;
  }
  // Where a number or a word of a list belongs, too.
  yield [place, text];
}

/** A harmless value of a schema. */
function sample(schema: Schema, depth = 0): unknown {
  const among = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if (among !== undefined) return sample(among[0] ?? {}, depth + 1);
  if (schema.properties !== undefined) {
    return Object.fromEntries(
      Object.entries(schema.properties).map(([key, of]) => [key, depth > MAX_DEPTH ? null : sample(of, depth + 1)]),
    );
  }
  const type = typeof schema.type === 'string' ? schema.type : schema.type?.[0];
  if (type === 'array') return [];
  if (type === 'object') return {};
  if (type === 'boolean') return false;
  if (type === 'integer' || type === 'number') return Math.max(1, schema.minimum ?? 1);
  if (schema.format === 'date-time') return '2026-11-26T12:00:00.000Z';
  return 'x'.repeat(Math.max(1, schema.minLength ?? 1));
}
