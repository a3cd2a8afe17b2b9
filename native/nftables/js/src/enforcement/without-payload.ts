import { accept, and, equals, field, jump, meta, type NftCommand } from '../nft-json.ts';
import { addChain, addRule, count } from './table.ts';

/**
 * A chain that accepts TCP segments which carry no byte of payload, and lets all others return.
 *
 * The test is exact, for a segment let by with even one byte would be a way round the inspector: the packet must end
 * where the TCP header ends. That is compared for each possible header length, since nft cannot calculate. IPv4 with
 * options or in fragments and IPv6 with extension headers are not judged, and so return.
 */
export const WITHOUT_PAYLOAD = 'without-payload';

const WITHOUT_PAYLOAD_4 = 'without-payload-4';
const WITHOUT_PAYLOAD_6 = 'without-payload-6';
export const WITHOUT_PAYLOAD_CHAINS: readonly string[] = [WITHOUT_PAYLOAD, WITHOUT_PAYLOAD_4, WITHOUT_PAYLOAD_6];

const TCP = 6;
const IPV4_HEADER_BYTES = 20;
const MORE_FRAGMENTS_OR_OFFSET = 0x3fff;

/**
 * TCP header lengths in 32-bit words, frequent ones first: timestamps (8), no option (5), timestamps with one to three
 * SACK blocks (11, 13, 15), SACK blocks alone (10, 12, 14), and what nobody usually sends.
 */
const HEADER_WORDS = [8, 5, 11, 13, 15, 10, 12, 14, 6, 7, 9] as const;

export function withoutPayloadChains(): readonly NftCommand[] {
  return WITHOUT_PAYLOAD_CHAINS.map(addChain);
}

export function withoutPayloadRules(): readonly NftCommand[] {
  return [
    addRule(
      WITHOUT_PAYLOAD,
      equals(meta('nfproto'), 'ipv4'),
      equals(field('ip', 'hdrlength'), 5),
      equals(and(field('ip', 'frag-off'), MORE_FRAGMENTS_OR_OFFSET), 0),
      jump(WITHOUT_PAYLOAD_4),
    ),
    addRule(
      WITHOUT_PAYLOAD,
      equals(meta('nfproto'), 'ipv6'),
      equals(field('ip6', 'nexthdr'), TCP),
      jump(WITHOUT_PAYLOAD_6),
    ),
    ...HEADER_WORDS.map((words) => acceptLength(WITHOUT_PAYLOAD_4, 'ip', IPV4_HEADER_BYTES + words * 4, words)),
    ...HEADER_WORDS.map((words) => acceptLength(WITHOUT_PAYLOAD_6, 'ip6', words * 4, words)),
  ];
}

function acceptLength(chain: string, protocol: 'ip' | 'ip6', length: number, words: number): NftCommand {
  const ends = equals(field(protocol, 'length'), length);
  return addRule(chain, ends, equals(field('tcp', 'doff'), words), count('acknowledgements'), accept);
}
