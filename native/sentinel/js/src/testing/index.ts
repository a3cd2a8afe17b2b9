export { missingForContainers, type Outcome, startContainer, type TestContainer } from './container.ts';
