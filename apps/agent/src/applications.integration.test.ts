import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LineProcess, makeCertificate, runIn } from '@bulkhead/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { document, FirewallStand } from './test-support/firewall-stand.ts';
import { missingForNamespaces } from './test-support/stand.ts';

const missing = await missingForNamespaces();
if (missing !== undefined) process.stderr.write(`skipped: applications in network rules: ${missing}\n`);

const PORT = 9_000;

/** Answers HTTP, and what else comes with the same; on the next port TLS. Says what arrived. */
const SPEAKER = `
const [port, key, certificate] = process.argv.slice(1);
const fs = require('node:fs'), http = require('node:http'), tls = require('node:tls'), net = require('node:net');
const arrived = (first) => process.stdout.write(JSON.stringify({ event: 'arrived', first }) + '\\n');
const web = http.createServer((request, response) => response.end('web'));
const secure = tls.createServer({ key: fs.readFileSync(key), cert: fs.readFileSync(certificate) }, (socket) => {
  arrived('TLS');
  socket.on('error', () => {}).end('secure');
});
net.createServer((socket) => {
  socket.on('error', () => {});
  socket.once('data', (first) => {
    arrived(first.toString('latin1').slice(0, 40));
    socket.unshift(first);
    if (/^(GET|POST) /.test(first.toString('latin1'))) web.emit('connection', socket);
    else socket.on('data', (more) => socket.write(more));
  });
}).listen(Number(port), '::', () => {
  secure.listen(Number(port) + 1, '::', () => process.stdout.write('{"event":"listening"}\\n'));
});
`;

/** Says what it is told to, and what came of it: the answer, an error, or silence. */
const TALKER = `
const [host, port, told] = process.argv.slice(1);
const what = Buffer.from(told, 'base64').toString('latin1');
const say = (text) => { process.stdout.write(text); process.exit(0); };
setTimeout(() => say('silence'), 5000);
const socket = what === 'TLS' ? require('node:tls').connect({ host, port, rejectUnauthorized: false })
  : require('node:net').connect(Number(port), host);
let answer = '';
socket.on('connect', () => { if (what !== 'TLS') socket.write(Buffer.from(what, 'latin1')); });
socket.on('data', (more) => { answer += more.toString('latin1'); if (/web|secure|PONG|SSH|\\x01/.test(answer)) say('answered'); });
socket.on('error', ({ code }) => say(code));
socket.on('close', () => say('closed'));
`;

const HTTP = 'GET / HTTP/1.1\r\nHost: lab\r\n\r\n';
const OTHERS = {
  ssh: 'SSH-2.0-OpenSSH_9.6\r\n',
  redis: '*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nPONG\r\n',
  raw: '\x01\x02\x03\x04nothing that anybody knows, of some length, so that it is certain\xff\xfe\x00',
} as const;

describe.skipIf(missing !== undefined)('applications in network rules', () => {
  let folder: string;
  let stand: FirewallStand;
  let speaker: LineProcess;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bulkhead-applications-'));
    const { key, certificate } = await makeCertificate(folder, ['lab']);
    stand = await FirewallStand.open();
    const words = ['-e', SPEAKER, '--', String(PORT), key, certificate];
    speaker = stand.keep(new LineProcess('speaker', stand.host('server').path, process.execPath, words));
    await speaker.waitFor('speaker', (line) => line.event === 'listening');
  });

  afterAll(async () => {
    await stand.close();
    await rm(folder, { recursive: true });
  });

  const talk = (what: string, ip: 'ipv4' | 'ipv6' = 'ipv4'): Promise<string> =>
    runIn(stand.host('friend').path, process.execPath, [
      '-e',
      TALKER,
      '--',
      stand.host('server')[ip],
      String(what === 'TLS' ? PORT + 1 : PORT),
      Buffer.from(what, 'latin1').toString('base64'),
    ]);
  const policy = (mode: string, applications: readonly string[], more: object = {}): Promise<void> =>
    stand.writePolicy(
      stand.group('server', { mode, onFailure: 'closed' }),
      document('NetworkRuleSet', 'server-rules', {
        groups: ['server'],
        ingress: [{ name: 'spoken', action: 'allow', ports: [PORT, PORT + 1], applications }],
        ...more,
      }),
    );

  it('let pass what a rule allows to be spoken, whatever else has the same port is ended and told', async () => {
    await policy('protect', ['http']);
    const agent = await stand.startAgent('server');
    try {
      expect(await talk(HTTP)).toBe('answered');
      expect(await talk(HTTP, 'ipv6')).toBe('answered');
      const arrived = speaker.lines.length;
      for (const [application, opening] of Object.entries({ ...OTHERS, tls: 'TLS' })) {
        expect(await talk(opening), application).toBe('ECONNRESET');
        const denied = await agent.waitFor(
          application,
          (line) => line.event === 'flow-denied' && line.application === application,
        );
        expect(denied).toMatchObject({
          direction: 'ingress',
          ruleSets: ['server-rules'],
          ...stand.flow('friend', 'server', application === 'tls' ? PORT + 1 : PORT),
        });
      }
      expect(speaker.lines.slice(arrived)).toEqual([]);
      expect(await talk(HTTP)).toBe('answered');
    } finally {
      await agent.stop();
    }
  });

  it('let TLS pass alone where a rule says so, and name the rule that denies an application', async () => {
    await stand.writePolicy(
      stand.group('server', { mode: 'protect', onFailure: 'closed' }),
      document('NetworkRuleSet', 'server-rules', {
        groups: ['server'],
        ingress: [
          { name: 'no-ssh', action: 'deny', applications: ['ssh'] },
          { name: 'secure', action: 'allow', ports: [PORT, PORT + 1], applications: ['tls'] },
        ],
      }),
    );
    const agent = await stand.startAgent('server');
    try {
      expect(await talk('TLS')).toBe('answered');
      expect(await talk(HTTP)).toBe('ECONNRESET');
      // It begins as TLS does, and is none.
      expect(await talk('\x16\x03\x01\x00\x05\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00')).toBe('ECONNRESET');
      expect(await talk(OTHERS.ssh)).toBe('ECONNRESET');
      const denied = await agent.waitFor('ssh', (line) => line.event === 'flow-denied' && line.application === 'ssh');
      expect(denied).toMatchObject({ rule: 'no-ssh' });
    } finally {
      await agent.stop();
    }
  });

  it('let pass what is unknown where the rule set says so, and still end what is known and not allowed', async () => {
    await policy('protect', ['http'], { unknownApplication: 'allow' });
    const agent = await stand.startAgent('server');
    try {
      expect(await talk(OTHERS.raw)).toBe('answered');
      expect(await talk(OTHERS.redis)).toBe('ECONNRESET');
    } finally {
      await agent.stop();
    }
  });

  it('only tell in monitor', async () => {
    await policy('monitor', ['http']);
    const agent = await stand.startAgent('server');
    try {
      expect(await talk(OTHERS.redis)).toBe('answered');
      const alerted = await agent.waitFor('alert', (line) => line.event === 'flow-alerted');
      expect(alerted).toMatchObject({ application: 'redis', port: PORT });
      expect(agent.lines.some((line) => line.event === 'flow-denied')).toBe(false);
    } finally {
      await agent.stop();
    }
  });
});
