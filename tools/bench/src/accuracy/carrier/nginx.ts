import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startDaemon } from '@bulkhead/lab';
import type { Datum } from '../datum/datum.ts';
import type { Document } from '../document/document.ts';
import { ENCODED_KINDS } from '../document/encoded-kinds.ts';
import { PLAIN_KINDS } from '../document/plain-kinds.ts';
import type { Carrier, RunningCarrier } from './carrier.ts';
import { fetchOnce } from './http-client.ts';

const PROGRAM = '/usr/sbin/nginx';

const TEXT = PLAIN_KINDS.map(({ name }) => name);
const ENCODED = ENCODED_KINDS.map(({ name }) => name);

/** Bodies that clients send. */
export const HTTP_REQUEST = nginx(
  'http request',
  'plain',
  [...TEXT, ...ENCODED],
  (port) => (document) => fetchOnce({ port, path: '/in', method: 'POST', document }),
);

/** Values in the address and in a header. */
export const HTTP_URL = nginx(
  'http url',
  'plain',
  ['value'],
  (port) =>
    (document, { key }) =>
      fetchOnce({ port, path: `/in?page=2&${key}=${document.bytes.toString()}`, method: 'GET' }),
);
export const HTTP_HEADER = nginx(
  'http header',
  'plain',
  ['value', 'value-spaces'],
  (port) =>
    (document, { key }) =>
      fetchOnce({ port, path: '/in', method: 'GET', headers: { [`X-${key}`]: document.bytes.toString() } }),
);

/** Files that the server gives out, as they are and compressed by it. */
export const HTTP_RESPONSE = nginx('http response', 'plain', TEXT, served('plain'));
export const HTTP_RESPONSE_GZIP = nginx(
  'http response, gzip of nginx',
  'encoded',
  ['json', 'csv', 'base64'],
  served('gzip'),
);

function served(location: string) {
  return (port: number, folder: string) => async (document: Document) => {
    await writeFile(join(folder, 'document'), document.bytes);
    await fetchOnce({ port, path: `/${location}/document`, method: 'GET', headers: { 'Accept-Encoding': 'gzip' } });
  };
}

function nginx(
  name: string,
  group: Carrier['group'],
  kinds: readonly string[],
  carry: (port: number, folder: string) => (document: Document, datum: Datum) => Promise<void>,
): Carrier {
  return {
    name,
    group,
    kinds,
    missing: () => (existsSync(PROGRAM) ? undefined : `${PROGRAM} is missing (Debian: nginx-light)`),
    async start(): Promise<RunningCarrier> {
      const folder = await mkdtemp(join(tmpdir(), 'bulkhead-accuracy-'));
      const documents = join(folder, 'www');
      await mkdir(documents);
      const port = await freePort();
      await writeFile(join(folder, 'nginx.conf'), config(folder, documents, port));
      const daemon = await startDaemon({
        name: 'nginx',
        program: PROGRAM,
        parameters: ['-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')],
        isReady: () => fetchOnce({ port, path: '/ready', method: 'GET' }),
      });
      return {
        port,
        carry: carry(port, documents),
        async stop() {
          await daemon.stop('SIGQUIT');
          await rm(folder, { recursive: true, force: true });
        },
      };
    },
  };
}

function config(folder: string, documents: string, port: number): string {
  return `
daemon off;
worker_processes 1;
pid ${folder}/pid;
user root;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  default_type application/json;
  large_client_header_buffers 4 32k;
  server {
    listen 127.0.0.1:${port};
    location /ready { return 204; }
    location /in { return 204; }
    location /plain/ { alias ${documents}/; }
    location /gzip/ { alias ${documents}/; gzip on; gzip_types *; gzip_min_length 1; }
  }
}
`;
}
