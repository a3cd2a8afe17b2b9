import { formatAddress } from './address.ts';
import { nameOf, PROTOCOLS, type Protocol } from './names.ts';

/** Layout of ConversationRecord (src/source/conversation_set.hpp): fixed size, little endian. */
export const CONVERSATION_BYTES = 36;
export const CONVERSATION_OFFSET = { client: 0, server: 16, port: 32, ipProtocol: 34, protocol: 35 } as const;

const ADDRESS_BYTES = 16;
const UDP = 17;

/** Who speaks what with whom. A session in which two things are spoken, as before and behind STARTTLS, is two of them. */
export interface Conversation {
  readonly transport: 'tcp' | 'udp';
  /** An IP address, and so is `server`. */
  readonly client: string;
  readonly server: string;
  /** Of the server. */
  readonly port: number;
  /** As rules about applications judge it: `raw` and `udp` are what no protocol explains. */
  readonly application: Protocol;
}

/** Decodes records, as the addon hands them over. */
export function readConversations(records: ArrayBuffer): readonly Conversation[] {
  return Array.from({ length: records.byteLength / CONVERSATION_BYTES }, (_, i) => {
    const view = new DataView(records, i * CONVERSATION_BYTES, CONVERSATION_BYTES);
    const address = (at: number): string => formatAddress(new Uint8Array(records, view.byteOffset + at, ADDRESS_BYTES));
    return {
      transport: view.getUint8(CONVERSATION_OFFSET.ipProtocol) === UDP ? 'udp' : 'tcp',
      client: address(CONVERSATION_OFFSET.client),
      server: address(CONVERSATION_OFFSET.server),
      port: view.getUint16(CONVERSATION_OFFSET.port, true),
      application: nameOf(PROTOCOLS, view.getUint8(CONVERSATION_OFFSET.protocol)),
    };
  });
}
