/** Names of groups and sensors are Kubernetes object names (RFC 1123 label), so that both worlds can hold them. */
export const MAX_NAME_LENGTH = 63;

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Whether `text` can name a group, a sensor or a detector. */
export function isName(text: string): boolean {
  return LABEL.test(text);
}
