import { Agent, request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

/** As many as an API server under load has open. */
const CONNECTIONS = 16;

export interface Answers {
  /** From when a request was due to when its answer had come, ms, in ascending order: waiting in line counts. */
  readonly latencies: readonly number[];
  readonly allowed: number;
}

/** Asks `rate` times a second, whether or not answers come. Throws where one is no answer to the review. */
export async function steadyLoad(
  port: number,
  { ca, rate, seconds, bodyOf }: { ca: string; rate: number; seconds: number; bodyOf: (index: number) => string },
): Promise<Answers> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS, ca });
  const bodies = Array.from({ length: rate }, (_, index) => bodyOf(index));
  const latencies: number[] = [];
  const waiting: Promise<void>[] = [];
  // Kept until all have been asked: a rejection that nobody waits for yet would end the process.
  const failures: unknown[] = [];
  let allowed = 0;
  const ask = async (index: number, due: number): Promise<void> => {
    try {
      const answer = await post(agent, port, bodies[index % rate] ?? '');
      latencies.push(performance.now() - due);
      if (answer.response.allowed) allowed += 1;
    } catch (error) {
      failures.push(error);
    }
  };
  try {
    const begun = performance.now();
    for (let index = 0; index < rate * seconds; index += 1) {
      const due = begun + (index * 1_000) / rate;
      while (performance.now() < due) await sleep(1);
      waiting.push(ask(index, due));
    }
    await Promise.all(waiting);
  } finally {
    agent.destroy();
  }
  if (failures.length > 0) throw failures[0];
  return { latencies: latencies.toSorted((a, b) => a - b), allowed };
}

interface Review {
  readonly response: { readonly uid: string; readonly allowed: boolean };
}

function post(agent: Agent, port: number, body: string): Promise<Review> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const options = { agent, host: '127.0.0.1', port, path: '/validate?timeout=5s', method: 'POST', headers };
    const asked = request(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(text) as Review);
        else reject(new Error(`the webhook answered ${response.statusCode}: ${text.slice(0, 200)}`));
      });
    });
    asked.once('error', reject);
    asked.end(body);
  });
}
