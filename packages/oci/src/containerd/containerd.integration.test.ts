import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openImage } from '../open-image.ts';
import { missingForContainerd, TestContainerd } from '../test-support/containerd.ts';
import { imageOf, layoutArchive } from '../test-support/images.ts';
import { listAndClose } from '../test-support/listing.ts';
import { gzipped, tarOf } from '../test-support/tar.ts';

const missing = missingForContainerd();
if (missing !== undefined) process.stderr.write(`skipped: images of a real containerd: ${missing}\n`);

const NAME = 'docker.io/library/app:1';

describe.skipIf(missing !== undefined)('images of a real containerd', () => {
  const daemon = new TestContainerd();
  // More than one message of its protocol.
  const large = 'x'.repeat(3 << 20);
  const tars = [tarOf([{ name: 'one', content: large }]), tarOf([{ name: 'two', content: 'two' }])];
  const mediaType = 'application/vnd.oci.image.layer.v1.tar+gzip';
  const [first = tars[0], second] = tars;
  const image = imageOf([
    { tar: first ?? Buffer.alloc(0) },
    { tar: second ?? Buffer.alloc(0), blob: gzipped(second ?? Buffer.alloc(0)), mediaType },
  ]);
  const containerd = { socket: daemon.socket, namespace: 'test' };

  beforeAll(async () => {
    await daemon.start();
    await daemon.import(layoutArchive(image, { 'io.containerd.image.name': NAME }), 'test');
  });

  afterAll(async () => {
    await daemon.stop();
  });

  it.each(['app:1', NAME])('are read by the name %s', async (name) => {
    const source = await openImage(name, { containerd });
    expect(source.image).toMatchObject({ name: NAME, digest: image.manifest.digest });
    const [one, two] = await listAndClose(source);
    expect(one?.contents.get('one')).toBe(large);
    expect(two?.contents.get('two')).toBe('two');
  });

  it('belong to a namespace', async () => {
    await expect(openImage('app:1', { containerd: { ...containerd, namespace: 'other' } })).rejects.toMatchObject({
      code: 'IMAGE_NOT_FOUND',
      message: expect.stringContaining(NAME),
    });
  });

  it('can be left while one is read', async () => {
    const source = await openImage('app:1', { containerd });
    const [layer] = source.image.layers;
    const enough = new AbortController();
    const visitor = {
      folder: () => undefined,
      file: () => ({ write: () => (enough.abort(new Error('enough')), true), end: () => undefined }),
      whiteout: () => undefined,
    };
    const reading = layer === undefined ? Promise.resolve() : source.visitLayer(layer, visitor, enough.signal);
    await expect(reading).rejects.toThrow('enough');
    await source.close();
  });

  it('say when a layer is not kept', async () => {
    const source = await openImage('app:1', { containerd });
    await daemon.removeContent(image.layerDigests[1] ?? '', 'test');
    await expect(listAndClose(source)).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
  });
});

it('says that no containerd answers at a socket that is not there', async () => {
  await expect(openImage('app:1', { containerd: { socket: '/nonexistent/c.sock' } })).rejects.toMatchObject({
    code: 'RUNTIME_UNREACHABLE',
  });
});
