export { type Containerd, missingForContainerd, type PodSpec, startContainerd } from './containerd.ts';
export type { Snapshotter } from './containerd-config.ts';
export { TEST_IMAGE } from './image.ts';
