import { z } from 'zod';
import { isDigest } from '../blob/digest.ts';

/** Layers of one image: Docker's own limit is 127. */
export const MAX_LAYERS = 1_000;
/** Manifests of one index: platforms and their attestations. */
const MAX_MANIFESTS = 10_000;

const Digest = z.string().refine(isDigest, 'is no digest');
const Annotations = z.record(z.string(), z.string());
const PlatformSchema = z.object({
  os: z.string(),
  architecture: z.string(),
  variant: z.string().optional(),
});

export const DescriptorSchema = z.object({
  mediaType: z.string().default(''),
  digest: Digest,
  size: z.int().nonnegative().optional(),
  platform: PlatformSchema.optional(),
  annotations: Annotations.nullish().transform((value) => value ?? {}),
  artifactType: z.string().optional(),
});
/** A reference to a blob or manifest: OCI image specification, "Content Descriptors". */
export type Descriptor = z.infer<typeof DescriptorSchema>;

export const IndexSchema = z.object({
  mediaType: z.string().optional(),
  manifests: z.array(DescriptorSchema).max(MAX_MANIFESTS),
});
export type Index = z.infer<typeof IndexSchema>;

export const ManifestSchema = z.object({
  mediaType: z.string().optional(),
  artifactType: z.string().optional(),
  config: DescriptorSchema,
  layers: z.array(DescriptorSchema).max(MAX_LAYERS),
  annotations: Annotations.nullish().transform((value) => value ?? {}),
});
export type Manifest = z.infer<typeof ManifestSchema>;

/** An image's configuration, of OCI's and of Docker's kind alike. */
export const ConfigSchema = z.object({
  os: z.string().default('linux'),
  architecture: z.string().default(''),
  variant: z.string().optional(),
  created: z.string().nullish(),
  config: z
    .object({
      User: z.string().nullish(),
      Env: z.array(z.string()).nullish(),
      Labels: Annotations.nullish(),
    })
    .nullish(),
  rootfs: z.object({ diff_ids: z.array(Digest).max(MAX_LAYERS) }),
  history: z
    .array(z.object({ created_by: z.string().nullish(), empty_layer: z.boolean().nullish() }))
    .max(10 * MAX_LAYERS)
    .nullish(),
});
export type Config = z.infer<typeof ConfigSchema>;

/** What `docker save` writes beside the blobs: one entry an image. */
export const DockerManifestSchema = z
  .array(
    z.object({
      Config: z.string(),
      RepoTags: z.array(z.string()).nullish(),
      Layers: z.array(z.string()).max(MAX_LAYERS),
    }),
  )
  .max(MAX_MANIFESTS);
