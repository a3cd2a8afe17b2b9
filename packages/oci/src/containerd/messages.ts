import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

// The five messages of containerd's services images.v1 and content.v1 that reading an image takes.

export interface ImageTarget {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** `containerd.services.images.v1.GetImageRequest`. */
export function encodeGetImage(name: string): Buffer {
  return Buffer.from(new BinaryWriter().tag(1, WireType.LengthDelimited).string(name).finish());
}

/** The target of the image in a `GetImageResponse`: image = 1, in it target = 3. */
export function decodeGetImage(bytes: Uint8Array): ImageTarget {
  const image = field(bytes, 1);
  const target = field(image, 3);
  const reader = new BinaryReader(target);
  const found = { mediaType: '', digest: '', size: 0 };
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (number === 1) found.mediaType = reader.string();
    else if (number === 2) found.digest = reader.string();
    else if (number === 3) found.size = Number(reader.int64());
    else reader.skip(type, number);
  }
  return found;
}

/** `containerd.services.content.v1.ReadContentRequest`: the whole blob. */
export function encodeReadContent(digest: string): Buffer {
  return Buffer.from(new BinaryWriter().tag(1, WireType.LengthDelimited).string(digest).finish());
}

/** The data of a `ReadContentResponse`. */
export function decodeReadContent(bytes: Uint8Array): Uint8Array {
  return field(bytes, 2);
}

function field(bytes: Uint8Array, wanted: number): Uint8Array {
  const reader = new BinaryReader(bytes);
  let found: Uint8Array = new Uint8Array();
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (number === wanted && type === WireType.LengthDelimited) found = reader.bytes();
    else reader.skip(type, number);
  }
  return found;
}
