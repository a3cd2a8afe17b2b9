/** An expression with a name, as a ValidatingAdmissionPolicy has them: evaluated when it is first used. */
export interface Variable {
  readonly name: string;
  readonly expression: string;
}

const KIND = 'request.kind.kind';

/** The pod of an expression that is an object. */
export function podIn(object: string): string {
  return `(${KIND} == "Pod" ? ${object} : ${KIND} == "PodTemplate" ? ${object}.template : ${KIND} == "CronJob" ? ${object}.spec.jobTemplate.spec.template : ${object}.spec.template)`;
}

/** That an object has a pod: there are kinds that may take it from elsewhere. */
export function hasPod(object: string): string {
  return `(${KIND} in ["Pod", "PodTemplate", "CronJob"] || has(${object}.spec.template))`;
}

const listed = (key: string): string => `(has(variables.pod.spec.${key}) ? variables.pod.spec.${key} : [])`;
const HOST = '(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\\\\[[0-9a-fA-F:]+\\\\])(?::[0-9]{1,5})?';
const SEGMENT = '[a-z0-9]+(?:(?:\\\\.|_|__|-+)[a-z0-9]+)*';
const TAG = '[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}';
const DIGEST = '(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})';

/** What the expressions of exported rules name; those of `cel` rules have the first two of them in Bulkhead too. */
export const VARIABLES: readonly Variable[] = [
  { name: 'pod', expression: podIn('object') },
  { name: 'containers', expression: ['containers', 'initContainers', 'ephemeralContainers'].map(listed).join(' + ') },
  // Ephemeral containers cannot ask for resources.
  { name: 'sizedContainers', expression: ['containers', 'initContainers'].map(listed).join(' + ') },
  { name: 'labels', expression: mapOfPod('labels') },
  { name: 'annotations', expression: mapOfPod('annotations') },
  { name: 'images', expression: 'variables.containers.map(c, has(c.image) ? c.image : "")' },
  {
    name: 'imagesWithHost',
    expression:
      'variables.images.map(i, i.split("@")[0]).map(i, i.matches("^[^/]*[.:][^/]*/|^localhost/") ? i : "docker.io/" + i)',
  },
  {
    // As policies name them: one spelling for what is one place.
    name: 'imageNames',
    expression: [
      'variables.imagesWithHost',
      'map(i, i.matches(":[^/]*$") ? i.substring(0, i.lastIndexOf(":")) : i)',
      'map(i, i.substring(0, i.indexOf("/")).lowerAscii() + i.substring(i.indexOf("/")))',
      'map(i, i.matches("^[^/]*:443/") ? i.replace(":443/", "/", 1) : i)',
      'map(i, i.startsWith("index.docker.io/") ? i.substring(6) : i)',
      'map(i, i.matches("^docker[.]io/[^/]*$") ? i.replace("/", "/library/", 1) : i)',
    ].join('.'),
  },
  {
    name: 'imagesAreReferences',
    expression: `variables.imagesWithHost.all(i, i.matches("^${HOST}/${SEGMENT}(?:/${SEGMENT})*(?::${TAG})?$")) && variables.images.all(i, i.matches("^[^@]{1,255}(?:@${DIGEST})?$"))`,
  },
];

function mapOfPod(key: string): string {
  return `has(variables.pod.metadata) && has(variables.pod.metadata.${key}) ? variables.pod.metadata.${key} : {}`;
}
