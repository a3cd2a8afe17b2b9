import { expect, it } from 'vitest';
import { startStand } from '../test-support/stand.ts';

it.each([
  ['path', '/api/v1/events/abc'],
  ['query', '/api/v1/events?limit=abc'],
])('says that the %s of a request is not as described, and where', async (part, url) => {
  const stand = await startStand();
  const answer = await stand.app.inject({ url, headers: await stand.token('admin') });

  expect(answer.statusCode).toBe(400);
  expect(answer.json()).toMatchObject({ detail: `The ${part} is not as described.`, problems: [expect.anything()] });
  await stand.close();
});
