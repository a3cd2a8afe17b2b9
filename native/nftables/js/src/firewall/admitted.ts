import { TABLE } from '../enforcement/table.ts';
import { accept, equals, field, type Json, meta, type NftCommand, type Statement } from '../nft-json.ts';

/** Flows that are remembered; one more is judged packet by packet. Each takes the kernel about 100 bytes. */
export const MAX_ADMITTED = 65_535;
/** A flow that is silent for so long is judged anew with its next packet. */
const ADMITTED_SECONDS = 300;

const at = { family: TABLE.family, table: TABLE.name };

/**
 * Flows that the rules in force allow, by both ends, as the one who opened them sends. The verdict follows from the ends
 * alone, so whoever has them again has it too. Emptied whenever rules or addresses change.
 */
export const ADMITTED = (
  [
    { set: 'admitted-4', protocol: 'ip', type: 'ipv4_addr' },
    { set: 'admitted-6', protocol: 'ip6', type: 'ipv6_addr' },
  ] as const
).map(({ set, protocol, type }) => {
  const ends: readonly Json[] = [
    field(protocol, 'saddr'),
    field(protocol, 'daddr'),
    meta('l4proto'),
    field('th', 'sport'),
    field('th', 'dport'),
  ];
  return { set, key: { concat: ends }, types: [type, type, 'inet_proto', 'inet_service', 'inet_service'] };
});

export const forgetAdmitted: readonly NftCommand[] = ADMITTED.map(({ set }) => ({
  flush: { set: { ...at, name: set } },
}));

export const addAdmitted: readonly NftCommand[] = ADMITTED.map(({ set, types }) => ({
  add: { set: { ...at, name: set, type: types, flags: ['timeout'], timeout: ADMITTED_SECONDS, size: MAX_ADMITTED } },
}));

/** Lets packets of remembered flows pass. */
export const acceptAdmitted: readonly (readonly Statement[])[] = ADMITTED.map(({ set, key }) => [
  equals(key, `@${set}`),
  accept,
]);
