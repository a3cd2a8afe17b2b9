export { bundle } from './bundle.ts';
export { ADDONS, COMPONENTS, type Component, NODE_FLAGS } from './component.ts';
export { makeTestImage } from './image.ts';
export { makeServiceImage, SERVICES, type Service } from './service-image.ts';
