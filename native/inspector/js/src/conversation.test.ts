import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CONVERSATION_BYTES, CONVERSATION_OFFSET, readConversations } from './conversation.ts';
import { PROTOCOLS } from './names.ts';

const HEADER = new URL('../../src/source/conversation_set.hpp', import.meta.url);

describe('readConversations', () => {
  it('reads who speaks what with whom, over either family and transport', () => {
    const records = new ArrayBuffer(2 * CONVERSATION_BYTES);
    const bytes = new Uint8Array(records);
    bytes.set([0xff, 0xff, 10, 0, 0, 1], 10);
    bytes.set([0xff, 0xff, 10, 0, 0, 2], 26);
    bytes.set([0x38, 0x15, 6, PROTOCOLS.indexOf('postgresql')], 32);
    bytes[CONVERSATION_BYTES + 15] = 1;
    bytes.set([0x20, 0x01, 0x0d, 0xb8], CONVERSATION_BYTES + 16);
    bytes.set([53, 0, 17, PROTOCOLS.indexOf('dns')], CONVERSATION_BYTES + 32);

    expect(readConversations(records)).toEqual([
      { transport: 'tcp', client: '10.0.0.1', server: '10.0.0.2', port: 5432, application: 'postgresql' },
      { transport: 'udp', client: '::1', server: '2001:db8::', port: 53, application: 'dns' },
    ]);
    expect(readConversations(new ArrayBuffer(0))).toEqual([]);
  });

  it('agrees with the C++ record about size and offsets', () => {
    const header = readFileSync(HEADER, 'utf8');
    const camel = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    const stated = [...header.matchAll(/ (\w+)(?: = 0|\{\});\s+\/\/\s+(\d+)/g)].map(
      ([, name = '', offset]) => [camel(name), Number(offset)] as const,
    );

    expect(Object.fromEntries(stated)).toEqual(CONVERSATION_OFFSET);
    expect(header).toContain(`sizeof(ConversationRecord) == ${CONVERSATION_BYTES}`);
  });
});
