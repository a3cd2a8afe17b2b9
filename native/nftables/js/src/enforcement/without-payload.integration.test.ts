import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ADDRESS, lacksNamespaces, makeNetlab, type Netlab, testProgram, until } from '../test-support/netlab.ts';
import { tcpPeers } from '../test-support/tcp-peers.ts';
import { inspectState } from './inspect-state.ts';
import { protect } from './protect.ts';

const FIN = 0x01;
const SYN = 0x02;
const RST = 0x04;
const PSH = 0x08;
const ACK = 0x10;
const URG = 0x20;
const ECE = 0x40;
const CWR = 0x80;

const HEADER_WORDS = [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

describe.skipIf(lacksNamespaces())('the test for segments without payload', () => {
  let lab: Netlab;

  beforeAll(async () => {
    lab = await makeNetlab();
    await protect(lab.client, { hooks: ['output'], queueNumber: 5, onFailure: 'open' });
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  describeFamily('IPv4', 'ip');
  describeFamily('IPv6', 'ip6');

  function describeFamily(family: string, kind: 'ip' | 'ip6'): void {
    it.each(HEADER_WORDS)(`lets an ${family} acknowledgement by whose header has %i words`, async (words) => {
      expect(await fateOf(kind, ACK, words, 0)).toBe('by');
    });

    it.each(HEADER_WORDS)(`has one byte behind an ${family} header of %i words inspected`, async (words) => {
      expect(await fateOf(kind, ACK, words, 1)).toBe('inspected');
    });

    // Each of these lengths is that of an acknowledgement with a longer header.
    it.each([4, 8, 12, 20, 40])(`has %i bytes behind a short ${family} header inspected`, async (payload) => {
      expect(await fateOf(kind, ACK, 5, payload)).toBe('inspected');
    });

    it.each([
      ['SYN', SYN],
      ['SYN and ACK', SYN | ACK],
      ['FIN', FIN | ACK],
      ['RST', RST],
      ['RST and ACK', RST | ACK],
      ['PSH', PSH | ACK],
      ['URG', URG | ACK],
      ['ECE', ECE | ACK],
      ['CWR', CWR | ACK],
      ['no flag', 0],
    ])(`has an empty ${family} segment with %s inspected`, async (_, flags) => {
      expect(await fateOf(kind, flags, 8, 0)).toBe('inspected');
    });

    it(`has an ${family} acknowledgement behind IP options inspected`, async () => {
      expect(await fateOf(kind, ACK, 8, 0, 1)).toBe('inspected');
    });
  }

  async function fateOf(kind: 'ip' | 'ip6', flags: number, words: number, payload: number, ipOptionWords = 0) {
    const before = await counts();
    const numbers = [flags, words, payload, 0, ipOptionWords].map(String);
    await lab.run(lab.client, testProgram('send_segment'), ADDRESS.client[kind], ADDRESS.server[kind], ...numbers);
    const after = await counts();
    const inspected = after.inspected - before.inspected;
    const by = after.acknowledgements - before.acknowledgements;
    if (inspected + by !== 1) return `${inspected} inspected and ${by} by`;
    return by === 1 ? 'by' : 'inspected';
  }

  async function counts() {
    const state = await inspectState(lab.client);
    if (state.status === 'absent') throw new Error('the rules are gone');
    const { inspected, acknowledgements } = state.counters;
    return { inspected: inspected.packets, acknowledgements: acknowledgements.packets };
  }
});

describe.skipIf(lacksNamespaces())('a real connection through a guarded router', () => {
  let lab: Netlab;

  beforeEach(async () => {
    lab = await makeNetlab();
    return () => lab[Symbol.asyncDispose]();
  });

  it.each([
    ['with timestamps', '1', 'ip'],
    ['without timestamps', '0', 'ip'],
    ['with timestamps over IPv6', '1', 'ip6'],
    ['without timestamps over IPv6', '0', 'ip6'],
  ] as const)('%s brings no pure acknowledgement to the queue', async (_, timestamps, kind) => {
    await lab.run(lab.client, 'sysctl', '-qw', `net.ipv4.tcp_timestamps=${timestamps}`);
    await protect(lab.router, { hooks: ['forward'], queueNumber: 6, onFailure: 'closed' });
    const listener = lab.start(lab.router, testProgram('answer_queue'), '6', 'forward');
    await listener.saw(/^ready$/);

    const { client } = await tcpPeers(lab, ADDRESS.server[kind]);
    for (const word of ['one', 'two', 'three']) {
      client.write(word);
      await client.saw(new RegExp(`^got ${word}$`));
    }

    await until(async () => {
      const state = await inspectState(lab.router);
      return state.status === 'enforced' && state.counters.acknowledgements.packets >= 2;
    });
    const segments = listener.lines.filter((line) => line.split(' ').length === 4);
    const pure = segments.filter((line) => line.endsWith(' 10 0'));
    expect(segments.length).toBeGreaterThanOrEqual(8);
    expect(pure).toEqual([]);
  });
});
