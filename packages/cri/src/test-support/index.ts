export { type Containerd, missingForContainerd, type PodSpec, startContainerd } from './containerd.ts';
export type { Snapshotter } from './containerd-config.ts';
export { type ImageRequest, TEST_IMAGE, writeImage } from './image.ts';
