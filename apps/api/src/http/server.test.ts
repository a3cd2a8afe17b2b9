import { connect } from 'node:tls';
import { createAuthority } from '@bulkhead/pki';
import { createLogger } from '@bulkhead/runtime';
import { expect, it, vi } from 'vitest';
import { Authenticator } from '../access/authenticate.ts';
import { startStand } from '../test-support/stand.ts';
import { createHttpServer } from './server.ts';

it('asks the store no more about somebody who asks too often, whoever they say they are', async () => {
  const stand = await startStand();
  const find = vi.spyOn(stand.store.apiTokens, 'find');
  const answers: number[] = [];
  for (let count = 0; count < 1_210; count += 1) {
    const headers = { authorization: `Bearer bha1_${count}` };
    const { statusCode } = await stand.app.inject({ url: '/api/v1/events', headers });
    answers.push(statusCode);
  }

  expect(answers.indexOf(429)).toBe(1_200);
  expect(find).toHaveBeenCalledTimes(1_200);
  const refused = await stand.app.inject({ url: '/nowhere' });
  expect(refused.statusCode).toBe(429);
  expect(refused.headers['retry-after']).toMatch(/^\d+$/);
  expect(refused.json()).toMatchObject({
    detail: expect.stringMatching(/^Too many requests; try again in \d+ seconds?\.$/),
  });
  // Somebody else is not kept waiting; of IPv6 a whole network is one.
  const others = ['192.0.2.1', '2001:db8::1'];
  for (const remoteAddress of others) {
    expect((await stand.app.inject({ url: '/openapi.json', remoteAddress })).statusCode).toBe(200);
  }
  await stand.close();
});

it('cuts the connection of who takes no answer', async () => {
  const stand = await startStand();
  const { certificatePem, keyPem } = await createAuthority('Test');
  const app = await createHttpServer({
    tls: { cert: certificatePem, key: keyPem },
    trustedProxies: [],
    authenticator: new Authenticator(stand.store, stand.clock, { idleMs: 1, maxMs: 1 }),
    audit: stand.store.audit,
    clock: stand.clock,
    logger: createLogger('api', 'fatal'),
    onAnswer: () => undefined,
    idleMs: 300,
  });
  const large = 'x'.repeat(64 * 1024 * 1024);
  app.get('/large', { config: { access: 'public' } }, (_, reply) => reply.type('text/plain').send(large));
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as { readonly port: number };
  const connections = (): Promise<number> =>
    new Promise((resolve, reject) => {
      app.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
    });

  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
  socket.on('error', () => undefined);
  socket.pause();
  socket.write('GET /large HTTP/1.1\r\nhost: x\r\n\r\n');

  await vi.waitFor(async () => expect(await connections()).toBe(1), 10_000);
  await vi.waitFor(async () => expect(await connections()).toBe(0), 20_000);
  socket.destroy();
  await app.close();
  await stand.close();
});
