import { readFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { parseArgs } from 'node:util';

// One request of a client of the lab: prints what came back as a line of JSON, a refusal included.

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    body: { type: 'string' },
    certificate: { type: 'string' },
    name: { type: 'string' },
    // A silent network is an answer too.
    timeout: { type: 'string', default: '8000' },
  },
});
const url = new URL(values.url ?? '');
const isTls = url.protocol === 'https:';

const started = performance.now();
const outcome = await new Promise<Readonly<Record<string, unknown>>>((resolve) => {
  const headers = { 'content-type': 'application/json' };
  const options = { method: values.body === undefined ? 'GET' : 'POST', headers, timeout: Number(values.timeout) };
  const receive = (response: IncomingMessage): void => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () => resolve({ status: response.statusCode, body: Buffer.concat(chunks).toString() }));
    response.on('error', (error: NodeJS.ErrnoException) => resolve({ error: error.code ?? error.message }));
  };
  const trust = {
    ...(values.certificate !== undefined && { ca: readFileSync(values.certificate) }),
    ...(values.name !== undefined && { servername: values.name }),
  };
  const call = isTls ? httpsRequest(url, { ...options, ...trust }, receive) : httpRequest(url, options, receive);
  call.on('timeout', () => call.destroy(Object.assign(new Error('timed out'), { code: 'TIMEOUT' })));
  call.on('error', (error: NodeJS.ErrnoException) => resolve({ error: error.code ?? error.message }));
  // The whole request in one write: what is refused is refused before any of it arrives.
  call.end(values.body);
});
process.stdout.write(`${JSON.stringify({ event: 'outcome', ms: performance.now() - started, ...outcome })}\n`);
