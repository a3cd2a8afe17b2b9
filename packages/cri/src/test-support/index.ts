export { type Containerd, missingForContainerd, type PodSpec, startContainerd } from './containerd.ts';
