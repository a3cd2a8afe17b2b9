import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Certificate, makeCertificate } from '@bulkhead/lab';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertWith, send, sinkOf } from './test-support/config.ts';
import { MailServer } from './test-support/mail-server.ts';

let folder: string;
let identity: Certificate;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-mail-'));
  identity = await makeCertificate(folder, ['localhost', '127.0.0.1']);
  await writeFile(join(folder, 'password'), 'a password\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const MAIL = {
  kind: 'email',
  host: '127.0.0.1',
  from: 'bulkhead@example.org',
  to: ['ops@example.org', 'two@example.org'],
};

describe('a sink of mail', () => {
  it('sends by STARTTLS as somebody, with an identifier that is the same for each try', async () => {
    const server = await MailServer.start({ identity });
    const sink = sinkOf({
      ...MAIL,
      port: server.port,
      caFile: identity.certificate,
      user: 'bulkhead',
      passwordFile: join(folder, 'password'),
    });

    expect(await send(sink, alertWith('a card travels'), alertWith('and another', 'a-2'))).toEqual({
      outcome: 'delivered',
    });
    await server.close();

    const [mail] = server.mails;
    expect(mail).toMatchObject({ secured: true, user: 'bulkhead:a password' });
    expect(mail?.to).toHaveLength(2);
    expect(mail?.data).toContain('\r\nSubject: [Bulkhead] high: a card travels (and 1 more)\r\n');
    expect(mail?.data).toContain('\r\nMessage-ID: <a-1@example.org>\r\n');
    expect(mail?.data).toMatch(/^Auto-Submitted: auto-generated\r\n/m);
  });

  it('sends nothing in clear where TLS was asked for and is not offered', async () => {
    const server = await MailServer.start();

    expect(await send(sinkOf({ ...MAIL, port: server.port }), alertWith('x'))).toMatchObject({ outcome: 'failed' });
    await server.close();
    expect(server.mails).toEqual([]);
  });

  it('gives up on what is refused for good, and not on what is refused for now', async () => {
    for (const [refusal, mayPass] of [
      ['550 nobody of that name', false],
      ['451 later', true],
    ] as const) {
      const server = await MailServer.start({ refusal });
      const sink = sinkOf({ ...MAIL, port: server.port, security: 'none' });
      expect(await send(sink, alertWith('x'))).toMatchObject({ outcome: 'failed', mayPass });
      await server.close();
      expect(await send(sink, alertWith('x'))).toMatchObject({ outcome: 'failed', mayPass: true });
    }
  });

  it('has the same headers and recipients whatever is in an alert', async () => {
    const server = await MailServer.start();
    const sink = sinkOf({ ...MAIL, port: server.port, security: 'none' });
    const hostile = fc.oneof(
      fc.constantFrom(
        'x\r\nBcc: thief@example.org',
        '\r\n\r\nbody',
        '\r\n.\r\nMAIL FROM:<x@y>',
        '=?utf-8?q?=0ABcc:_x?=',
      ),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }),
    );
    await fc.assert(
      fc.asyncProperty(hostile, hostile, async (title, id) => {
        expect(await send(sink, { ...alertWith(title), id, workload: title.slice(0, 253) })).toEqual({
          outcome: 'delivered',
        });
        const mail = server.mails.pop();
        const header = mail?.data.slice(0, mail.data.indexOf('\r\n\r\n')) ?? '';
        const names = header
          .replace(/\r\n[ \t]/g, ' ')
          .split('\r\n')
          .map((one) => one.split(':', 1)[0]?.toLowerCase());
        expect(names.toSorted((a = '', b = '') => a.localeCompare(b))).toEqual([
          'auto-submitted',
          'content-transfer-encoding',
          'content-type',
          'date',
          'from',
          'message-id',
          'mime-version',
          'subject',
          'to',
          'x-bulkhead-alert',
        ]);
        expect(mail?.to).toHaveLength(2);
        expect(server.mails).toEqual([]);
      }),
      { numRuns: 60 },
    );
    await server.close();
  });
});
