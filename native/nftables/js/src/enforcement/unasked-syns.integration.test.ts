import { beforeEach, describe, expect, it } from 'vitest';
import { equals, meta, PROTOCOL } from '../nft-json.ts';
import { ADDRESS, lacksNamespaces, makeNetlab, type Netlab, testProgram } from '../test-support/netlab.ts';
import { dial, listen, tcpPeers } from '../test-support/tcp-peers.ts';
import { runTransaction } from '../transaction.ts';
import { protect } from './protect.ts';

const FAMILIES = ['ip', 'ip6'] as const;
const SYN_AND_ACK = '0x12';
/** From which `send_segment` sends, and to which it sends back. */
const CLIENT_PORT = 40_000;
const LOOPBACK = { ip: '127.0.0.1', ip6: '::1' } as const;

let lab: Netlab;

describe.skipIf(lacksNamespaces())('a SYN that is let by', () => {
  beforeEach(async () => {
    lab = await makeNetlab();
    return () => lab[Symbol.asyncDispose]();
  });

  it.each([
    ['ip', 'router', ['forward']],
    ['ip6', 'router', ['forward']],
    ['ip', 'server', ['input', 'output']],
    ['ip6', 'server', ['input', 'output']],
  ] as const)('has no answer believed over %s at the %s once the handshake is done', async (family, place, hooks) => {
    const range = `net.ipv4.ip_local_port_range=${CLIENT_PORT} ${CLIENT_PORT}`;
    await lab.run(lab.client, 'sysctl', '-qw', range);
    await protect(lab[place], { hooks, queueNumber: 7, onFailure: 'closed' });
    const queue = lab.start(lab[place], testProgram('answer_queue'), '7', 'forward');
    await queue.saw(/^ready$/);
    const { client } = await tcpPeers(lab, ADDRESS.server[family]);
    client.write('hello');
    await client.saw(/^got hello$/);
    expect(queue.lines[1]).toMatch(/^09000000 .* 12 0$/);

    const forged = [ADDRESS.server[family], ADDRESS.client[family], SYN_AND_ACK, '7', '0', '0', '0', 'back'];
    await lab.run(lab.server, testProgram('send_segment'), ...forged);
    await queue.saw(/^01000000 .* 12 0$/);

    expect(queue.lines.filter((line) => line.startsWith('09000000 '))).toHaveLength(1);
  });

  it.each(FAMILIES)('is none that may be redirected over %s, for its answer comes over loopback', async (family) => {
    await redirectToItself(lab.client);
    await protect(lab.client, { hooks: ['input', 'output'], queueNumber: 7, onFailure: 'closed' });
    const queue = lab.start(lab.client, testProgram('answer_queue'), '7', 'forward');
    await queue.saw(/^ready$/);
    await listen(lab, lab.client, LOOPBACK[family]);
    const client = dial(lab, ADDRESS.server[family]);
    client.write('hello');
    await client.saw(/^got hello$/);

    expect(queue.lines[1]).toMatch(/^01000000 .* 02 0$/);
  });
});

/** As proxies in a pod do with all that is opened from there. */
function redirectToItself(namespace: string): Promise<void> {
  const at = { family: 'inet', table: 'proxy' };
  const place = { type: 'nat', hook: 'output', prio: -100, policy: 'accept' };
  return runTransaction(namespace, [
    { add: { table: { family: 'inet', name: 'proxy' } } },
    { add: { chain: { ...at, name: 'out', ...place } } },
    {
      add: {
        rule: { ...at, chain: 'out', expr: [equals(meta('l4proto'), PROTOCOL.tcp), { redirect: { port: 8080 } }] },
      },
    },
  ]);
}
