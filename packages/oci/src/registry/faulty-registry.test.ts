import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { openImage } from '../open-image.ts';
import { imageOf } from '../test-support/images.ts';
import { listAndClose } from '../test-support/listing.ts';
import { tarOf } from '../test-support/tar.ts';
import type { CredentialSource } from './credentials.ts';
import { Registry } from './registry.ts';

const CONTENT = Array.from({ length: 60_000 }, (_, index) => index).join(' ');
const IMAGE = imageOf([{ tar: tarOf([{ name: 'file', content: CONTENT }]) }]);
const LAYER = IMAGE.layerDigests[0] ?? '';
const signal = new AbortController().signal;
const credentials: CredentialSource = () => Promise.resolve({ username: 'u', password: 'p' });

type Handler = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A registry in which a handler may do something else with a request than a good registry would. */
describe('a registry that has a bad day', () => {
  const servers: Server[] = [];

  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  function listen(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
    const server = createServer(handle);
    servers.push(server);
    const { promise, resolve } = Promise.withResolvers<string>();
    server.listen(0, '127.0.0.1', () => resolve(`127.0.0.1:${(server.address() as AddressInfo).port}`));
    return promise;
  }

  function registry(handler: Handler): Promise<string> {
    return listen((request, response) => {
      if (!handler(request, response)) serve(request, response);
    });
  }

  async function read(host: string): Promise<string | undefined> {
    const source = await openImage(`${host}/app:1`, { credentials, plainHttp: true, firstDelayMs: 1 });
    const [layer] = await listAndClose(source);
    return layer?.contents.get('file');
  }

  const isLayer = (request: IncomingMessage): boolean => request.url === `/v2/app/blobs/${LAYER}`;

  it('is asked for the rest of a layer where it broke off', async () => {
    const ranges: (string | undefined)[] = [];
    const host = await registry((request, response) => {
      if (!isLayer(request)) return false;
      ranges.push(request.headers.range);
      if (ranges.length > 3) return false;
      breakOff(request, response, 50_000);
      return true;
    });
    expect(await read(host)).toBe(CONTENT);
    expect(ranges.slice(0, 2)).toEqual([undefined, expect.stringMatching(/^bytes=\d+-$/)]);
  });

  it('may begin again where it knows no ranges', async () => {
    let requests = 0;
    const host = await registry((request, response) => {
      if (!isLayer(request)) return false;
      requests += 1;
      delete request.headers.range;
      if (requests > 2) return false;
      breakOff(request, response, 100_000);
      return true;
    });
    expect(await read(host)).toBe(CONTENT);
    expect(requests).toBe(3);
  });

  it('is given up when it breaks off again and again without a byte', async () => {
    const host = await registry((request, response) => {
      if (isLayer(request)) response.socket?.destroy();
      return isLayer(request);
    });
    await expect(read(host)).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE' });
  });

  it('is refused when it goes on with another part than was asked for', async () => {
    let requests = 0;
    const host = await registry((request, response) => {
      if (!isLayer(request)) return false;
      requests += 1;
      if (requests === 1) breakOff(request, response, 50_000);
      else response.writeHead(206, { 'content-range': 'bytes 7-100/200' }).end('x');
      return true;
    });
    await expect(read(host)).rejects.toMatchObject({ code: 'REGISTRY_FAILED' });
  });

  it('is refused when it sends more than the layer has, or something else', async () => {
    const layer = IMAGE.blobs.get(LAYER) ?? Buffer.alloc(0);
    for (const content of [Buffer.concat([layer, Buffer.alloc(10)]), Buffer.alloc(layer.length, 'x')]) {
      const host = await registry((request, response) => {
        if (isLayer(request)) response.end(content);
        return isLayer(request);
      });
      await expect(read(host)).rejects.toMatchObject({ code: 'LAYER_CORRUPT' });
    }
  });

  it('is asked again when it is busy, and left when it stays so', async () => {
    let busy = 2;
    const host = await registry((_request, response) => {
      busy -= 1;
      if (busy < 0) return false;
      response.writeHead(busy === 1 ? 429 : 503, { 'retry-after': '0' }).end();
      return true;
    });
    expect(await read(host)).toBe(CONTENT);
    busy = Number.MAX_SAFE_INTEGER;
    await expect(read(host)).rejects.toMatchObject({
      code: 'REGISTRY_FAILED',
      message: expect.stringContaining('503'),
    });
  });

  it('is not waited for when it asks for an hour', async () => {
    let requests = 0;
    const host = await registry((_request, response) => {
      requests += 1;
      response.writeHead(429, { 'retry-after': '3600' }).end();
      return true;
    });
    await expect(read(host)).rejects.toMatchObject({
      code: 'REGISTRY_FAILED',
      message: expect.stringContaining('429'),
    });
    expect(requests).toBe(1);
  });

  it('may keep its blobs elsewhere, where its proof does not go', async () => {
    const seen: IncomingMessage['headers'][] = [];
    const storage = await listen((request, response) => {
      seen.push(request.headers);
      response.end(IMAGE.blobs.get(LAYER));
    });
    const host = await registry((request, response) => {
      if (request.headers.authorization === undefined) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="test"' }).end();
        return true;
      }
      if (isLayer(request)) response.writeHead(307, { location: `http://${storage}/blob` }).end();
      return isLayer(request);
    });
    expect(await read(host)).toBe(CONTENT);
    expect(seen.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  it('is left when it redirects in circles', async () => {
    const host = await registry((request, response) => {
      response.writeHead(302, { location: request.url }).end();
      return true;
    });
    await expect(read(host)).rejects.toMatchObject({ code: 'REGISTRY_FAILED' });
  });

  it('is left when its list of tags has no end or leads to another host', async () => {
    for (const link of ['</v2/app/tags/list?last=a>; rel="next"', '<http://elsewhere.example/v2/x>; rel="next"']) {
      const host = await registry((_request, response) => {
        response.writeHead(200, { link }).end('{"tags":["a"]}');
        return true;
      });
      const opened = new Registry(host, { credentials, plainHttp: true });
      const list = async (): Promise<number> => {
        let count = 0;
        for await (const _ of opened.repository('app').tags(signal)) count += 1;
        return count;
      };
      await expect(list()).rejects.toMatchObject({ code: 'REGISTRY_FAILED' });
      opened.close();
    }
  });

  it.each([
    ['no JSON', '<html></html>'],
    ['another document', '{"schemaVersion":1,"fsLayers":[]}'],
    ['more than a manifest', ' '.repeat(5 << 20)],
  ])('is refused when its manifest is %s', async (_case, body) => {
    const host = await registry((_request, response) => (response.end(body), true));
    await expect(read(host)).rejects.toMatchObject({ code: 'NOT_AN_IMAGE' });
  });
});

function serve(request: IncomingMessage, response: ServerResponse): void {
  const reference = request.url?.split('/').at(-1) ?? '';
  const content = IMAGE.blobs.get(reference === '1' ? IMAGE.manifest.digest : reference);
  if (content === undefined) {
    response.writeHead(404).end();
    return;
  }
  const at = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const headers = { 'content-length': content.length - at, 'content-type': IMAGE.manifest.mediaType };
  const range = { 'content-range': `bytes ${at}-${content.length - 1}/${content.length}` };
  response.writeHead(at > 0 ? 206 : 200, at > 0 ? { ...headers, ...range } : headers).end(content.subarray(at));
}

/** Promises all that was asked for and ends the connection after so many bytes. */
function breakOff(request: IncomingMessage, response: ServerResponse, bytes: number): void {
  const content = IMAGE.blobs.get(LAYER) ?? Buffer.alloc(0);
  const at = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const range = { 'content-range': `bytes ${at}-${content.length - 1}/${content.length}` };
  response.writeHead(at > 0 ? 206 : 200, { 'content-length': content.length - at, ...(at > 0 ? range : {}) });
  response.write(content.subarray(at, at + bytes), () => response.socket?.destroy());
}
