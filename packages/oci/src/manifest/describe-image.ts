import type { Image, ImageConfig, LayerDescriptor } from '@bulkhead/scanner';
import { OciError } from '../error.ts';
import type { Config, Descriptor } from './schema.ts';

/** Makes an image from its configuration and the descriptors of its layers, which must be as many. `fix` says what to do where they are not. */
export function describeImage(
  name: string,
  digest: string,
  configDigest: string,
  config: Config,
  layers: readonly Descriptor[],
  fix?: string,
): Image {
  const diffIds = config.rootfs.diff_ids;
  if (diffIds.length !== layers.length) {
    throw new OciError('NOT_AN_IMAGE', {
      what: `the image "${name}" contradicts itself`,
      why: `it has ${layers.length} layers and its configuration names ${diffIds.length}`,
      ...(fix !== undefined && { fix }),
    });
  }
  const instructions = (config.history ?? []).filter(({ empty_layer: isEmpty }) => isEmpty !== true);
  return {
    name,
    digest,
    config: imageConfig(configDigest, config),
    layers: layers.map((layer, index) => {
      // History that names more or fewer layers than there are says nothing reliable about any.
      const createdBy = instructions.length === layers.length ? instructions[index]?.created_by : undefined;
      return layerDescriptor(layer, diffIds[index] ?? layer.digest, createdBy ?? undefined);
    }),
  };
}

function layerDescriptor(layer: Descriptor, diffId: string, createdBy: string | undefined): LayerDescriptor {
  const { digest, mediaType, size } = layer;
  return {
    diffId,
    digest,
    mediaType,
    ...(size === undefined ? {} : { size }),
    ...(createdBy === undefined ? {} : { createdBy }),
  };
}

function imageConfig(digest: string, { os, architecture, variant, created, config }: Config): ImageConfig {
  return {
    digest,
    os,
    architecture,
    ...(variant === undefined ? {} : { variant }),
    ...(created == null ? {} : { created }),
    ...(config?.User == null || config.User === '' ? {} : { user: config.User }),
    env: config?.Env ?? [],
    labels: config?.Labels ?? {},
  };
}
