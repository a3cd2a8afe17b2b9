/** Whose a container is and what it is called, for people: `shop/web-0/web`. */
export function workloadName({
  namespace,
  pod,
  name,
}: {
  readonly namespace?: string | undefined;
  readonly pod?: string | undefined;
  readonly name: string;
}): string {
  return [namespace, pod, name].filter((part) => part !== undefined).join('/');
}
