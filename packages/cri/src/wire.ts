import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/**
 * Protocol Buffers messages by field table: the dozen messages of the CRI that are needed do not justify generated
 * code for its whole surface. Unknown fields are skipped, absent ones read as their zero value, as proto3 demands.
 * No table refers to itself, so that the depth of what is decoded is bounded by the tables.
 */
export interface Message<T> {
  readonly encode: (value: Partial<T>) => Uint8Array<ArrayBuffer>;
  readonly decode: (bytes: Uint8Array) => T;
}

// Methods, not function properties: a table holds fields of many types, and only methods compare loosely enough.
interface Field<T> {
  readonly number: number;
  zero(): T;
  write(writer: BinaryWriter, number: number, value: T): void;
  read(reader: BinaryReader, previous: T): T;
}

type Fields = Readonly<Record<string, Field<unknown>>>;
type ValueOf<F> = F extends Field<infer T> ? T : never;
export type Decoded<F> = { readonly [K in keyof F]: ValueOf<F[K]> };

export function message<F extends Fields>(fields: F): Message<Decoded<F>> {
  const entries = Object.entries<Field<unknown>>(fields);
  const byNumber = new Map(entries.map(([name, field]) => [field.number, { name, field }]));

  function encode(value: Partial<Decoded<F>>): Uint8Array<ArrayBuffer> {
    const writer = new BinaryWriter();
    for (const [name, field] of entries) {
      const given: unknown = value[name as keyof F];
      if (given !== undefined) field.write(writer, field.number, given);
    }
    return writer.finish();
  }

  function decode(bytes: Uint8Array): Decoded<F> {
    const reader = new BinaryReader(bytes);
    const value: Record<string, unknown> = {};
    for (const [name, field] of entries) value[name] = field.zero();
    while (reader.pos < reader.len) {
      const [number, type] = reader.tag();
      const known = byNumber.get(number);
      if (known === undefined) reader.skip(type, number);
      else value[known.name] = known.field.read(reader, value[known.name]);
    }
    return value as Decoded<F>;
  }

  return { encode, decode };
}

export function string(number: number): Field<string> {
  return {
    number,
    zero: () => '',
    write: (writer, no, value) => writer.tag(no, WireType.LengthDelimited).string(value),
    read: (reader) => reader.string(),
  };
}

export function bool(number: number): Field<boolean> {
  return {
    number,
    zero: () => false,
    write: (writer, no, value) => writer.tag(no, WireType.Varint).bool(value),
    read: (reader) => reader.bool(),
  };
}

/** An int32, uint32 or enum. */
export function int(number: number): Field<number> {
  return {
    number,
    zero: () => 0,
    write: (writer, no, value) => writer.tag(no, WireType.Varint).int32(value),
    read: (reader) => reader.int32(),
  };
}

export function one<T>(number: number, of: Message<T>): Field<T> {
  return {
    number,
    zero: () => of.decode(new Uint8Array()),
    write: (writer, no, value) => writer.tag(no, WireType.LengthDelimited).bytes(of.encode(value)),
    read: (reader) => of.decode(reader.bytes()),
  };
}

export function many<T>(number: number, of: Message<T>): Field<T[]> {
  return {
    number,
    zero: () => [],
    write: (writer, no, values) => {
      for (const value of values) writer.tag(no, WireType.LengthDelimited).bytes(of.encode(value));
    },
    read: (reader, previous) => {
      previous.push(of.decode(reader.bytes()));
      return previous;
    },
  };
}

export function strings(number: number): Field<string[]> {
  return {
    number,
    zero: () => [],
    write: (writer, no, values) => {
      for (const value of values) writer.tag(no, WireType.LengthDelimited).string(value);
    },
    read: (reader, previous) => {
      previous.push(reader.string());
      return previous;
    },
  };
}

const StringEntry = message({ key: string(1), value: string(2) });

export function stringMap(number: number): Field<Map<string, string>> {
  return {
    number,
    zero: () => new Map(),
    write: (writer, no, map) => {
      for (const [key, value] of map)
        writer.tag(no, WireType.LengthDelimited).bytes(StringEntry.encode({ key, value }));
    },
    read: (reader, previous) => {
      const { key, value } = StringEntry.decode(reader.bytes());
      return previous.set(key, value);
    },
  };
}
