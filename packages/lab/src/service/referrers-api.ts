import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

const INDEX = 'application/vnd.oci.image.index.v1+json';

interface PushedManifest {
  readonly mediaType: string;
  readonly artifactType?: string;
  readonly config?: { readonly mediaType: string };
  readonly annotations?: Readonly<Record<string, string>>;
  readonly subject?: { readonly digest: string };
}

export interface ReferrersApi {
  /** Host and port. */
  readonly host: string;
  close(): Promise<void>;
}

/**
 * Stands in front of a registry that has no referrers API and adds it ("Listing Referrers" and "Pushing Manifests with Subject" of
 * the OCI distribution specification 1.1). Everything else is the registry's.
 */
export async function addReferrersApi(registry: string): Promise<ReferrersApi> {
  /** By repository and digest of the subject. */
  const referrers = new Map<string, object[]>();
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(502).end(String(error)));
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '/';
    const asked = /^\/v2\/(.+)\/referrers\/([^?]+)/.exec(path);
    if (asked !== null && request.method === 'GET') {
      const manifests = referrers.get(`${asked[1]}@${asked[2]}`) ?? [];
      response.writeHead(200, { 'content-type': INDEX });
      response.end(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
      return;
    }
    const body = await buffer(request);
    const upstream = await fetch(`http://${registry}${path}`, {
      method: request.method ?? 'GET',
      headers: headersOf(request),
      redirect: 'manual',
      ...(body.length > 0 && { body: new Uint8Array(body) }),
    });
    const headers = new Headers(upstream.headers);
    // The registry tells of places by the name that it was asked by.
    const location = headers.get('location');
    if (location !== null) headers.set('location', location.replace(`//${registry}/`, `//${request.headers.host}/`));
    const pushed = /^\/v2\/(.+)\/manifests\//.exec(path)?.[1];
    if (pushed !== undefined && request.method === 'PUT' && upstream.status === 201) {
      const subject = keep(referrers, pushed, body);
      if (subject !== undefined) headers.set('oci-subject', subject);
    }
    const content = Buffer.from(await upstream.arrayBuffer());
    response.writeHead(upstream.status, Object.fromEntries(headers));
    response.end(content);
  };
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** Keeps what a manifest refers to; gives the digest of that. */
function keep(referrers: Map<string, object[]>, repository: string, content: Buffer): string | undefined {
  const manifest = JSON.parse(content.toString()) as PushedManifest;
  if (manifest.subject === undefined) return undefined;
  const key = `${repository}@${manifest.subject.digest}`;
  const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
  const { mediaType, annotations, config } = manifest;
  const artifactType = manifest.artifactType ?? config?.mediaType;
  referrers.set(key, [
    ...(referrers.get(key) ?? []),
    { mediaType, digest, size: content.length, artifactType, annotations },
  ]);
  return manifest.subject.digest;
}

function headersOf(request: IncomingMessage): Record<string, string> {
  const left = ['host', 'connection', 'content-length', 'transfer-encoding', 'accept-encoding'];
  return Object.fromEntries(
    Object.entries(request.headers)
      .filter(([name]) => !left.includes(name))
      .map(([name, value]) => [name, String(value)]),
  );
}
