/** The pieces of nft's JSON language (libnftables-json(5)) that rulesets of ours are made of. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** One command, such as `{ add: { table: … } }`. */
export type NftCommand = { readonly [verb: string]: Json };

/** One object of a listing, such as `{ chain: { family, table, name, … } }`. */
export type NftObject = { readonly [kind: string]: Json };

export type Statement = { readonly [kind: string]: Json };
export type Expression = Json;

export function meta(key: string): Expression {
  return { meta: { key } };
}

export const packetMark: Expression = meta('mark');
export const connectionMark: Expression = { ct: { key: 'mark' } };

/** By number: nft looks names up in /etc/protocols, and small images have none. */
export const PROTOCOL = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 } as const;

export function field(protocol: string, name: string): Expression {
  return { payload: { protocol, field: name } };
}

export function and(left: Expression, mask: number): Expression {
  return { '&': [left, mask] };
}

export function or(left: Expression, bits: number): Expression {
  return { '|': [left, bits] };
}

export function equals(left: Expression, right: Expression): Statement {
  return { match: { op: '==', left, right } };
}

export function differs(left: Expression, right: Expression): Statement {
  return { match: { op: '!=', left, right } };
}

export function anyOf(left: Expression, values: readonly Json[]): Statement {
  return equals(left, { set: values });
}

export function assign(key: Expression, value: Expression): Statement {
  return { mangle: { key, value } };
}

export function jump(target: string): Statement {
  return { jump: { target } };
}

export function goto(target: string): Statement {
  return { goto: { target } };
}

export const accept: Statement = { accept: null };
export const drop: Statement = { drop: null };
/** Goes on in the chain that called this one. */
export const returnToCaller: Statement = { return: null };
export const resetTcp: Statement = { reject: { type: 'tcp reset' } };

/** The objects in what nft printed. */
export function objectsIn(output: string): readonly NftObject[] {
  if (output === '') return [];
  const { nftables } = JSON.parse(output) as { nftables: readonly NftObject[] };
  return nftables.filter((object) => !('metainfo' in object));
}
