import type { CheckedRule } from '../rule.ts';
import type { Dockerfile, Stage } from './dockerfile.ts';

const BEST_PRACTICES = 'https://docs.docker.com/build/building/best-practices/';
const REFERENCE = 'https://docs.docker.com/reference/dockerfile/';
const CIS = 'https://www.cisecurity.org/benchmark/docker';

/** Rules about what image comes out: its base, its user, what is copied into it and how it starts. */
export const IMAGE_RULES: readonly CheckedRule<Dockerfile>[] = [
  {
    id: 'dockerfile-root-user',
    severity: 'high',
    title: 'The image runs as root',
    why: 'A process that breaks out of a container it runs in as root is root on the host; inside, nothing stops it from changing the image.',
    fix: 'Add a user and name it with USER in the last stage, by number where Kubernetes has to check it (USER 10001)',
    references: [`${REFERENCE}#user`, CIS],
    *check({ stages }) {
      const last = stages.at(-1);
      if (last === undefined) return;
      const user = userOf(last, stages);
      if (user === undefined) yield { message: 'no USER in the last stage, so it runs as root', line: last.line };
      else if (/^(?:root|0)(?::|$)/.test(user.name)) {
        yield { message: `the last USER is ${user.name.split(':')[0] ?? 'root'}`, line: user.line };
      }
    },
  },
  {
    id: 'dockerfile-latest-tag',
    severity: 'medium',
    title: 'A base image without a version',
    why: 'What "latest" means changes between two builds: nobody can say what is in the image, or get the one of yesterday back.',
    fix: 'Name a version, better a digest: FROM debian:12.5@sha256:…',
    references: [`${BEST_PRACTICES}#pin-base-image-versions`],
    *check({ stages, global }) {
      const names = new Set<string>();
      for (const stage of stages) {
        const image = resolved(stage.base, global);
        if (image !== undefined && !names.has(image.toLowerCase()) && image !== 'scratch') {
          const tag = tagOf(image);
          if (tag === undefined) yield { message: `${image} has no tag`, line: stage.line };
          else if (tag === 'latest') yield { message: `${image} is whatever was pushed last`, line: stage.line };
        }
        if (stage.name !== undefined) names.add(stage.name);
      }
    },
  },
  {
    id: 'dockerfile-add-local',
    severity: 'low',
    title: 'ADD where COPY would do',
    why: 'ADD also fetches addresses and unpacks archives: what lands in the image depends on what the file happens to be.',
    fix: 'Use COPY for local files',
    references: [`${BEST_PRACTICES}#add-or-copy`, CIS],
    check: ({ stages }) =>
      instructions(stages, 'ADD')
        .filter(({ text, documents }) => documents.length === 0 && sourcesOf(text).some(isPlainFile))
        .map(({ text, line }) => ({ message: `ADD ${short(text)}`, line })),
  },
  {
    id: 'dockerfile-add-remote',
    severity: 'medium',
    title: 'ADD from an address without a checksum',
    why: 'Whoever controls the address, or the way there, decides what is in the image.',
    fix: 'Give the digest: ADD --checksum=sha256:… https://…',
    references: [`${REFERENCE}#add---checksum`],
    check: ({ stages }) =>
      instructions(stages, 'ADD')
        .filter(({ text, flags }) => !flags.has('checksum') && sourcesOf(text).some((one) => /^https?:\/\//i.test(one)))
        .map(({ text, line }) => ({ message: `ADD ${short(text)}`, line })),
  },
  {
    id: 'dockerfile-copy-secret',
    severity: 'high',
    title: 'A file that holds secrets is copied into the image',
    why: 'Everybody who can pull the image can read the file, also when a later layer deletes it.',
    fix: 'Mount it during the build (RUN --mount=type=secret) or give it to the container at run time',
    references: ['https://docs.docker.com/build/building/secrets/'],
    check: ({ stages }) =>
      [...instructions(stages, 'COPY'), ...instructions(stages, 'ADD')].flatMap(({ text, flags, line }) =>
        flags.has('from')
          ? []
          : sourcesOf(text)
              .filter((one) => SECRET_FILE.test(one))
              .map((one) => ({ message: `${one} usually holds a secret`, line })),
      ),
  },
  {
    id: 'dockerfile-copy-from-self',
    severity: 'medium',
    title: 'A stage copies from itself',
    why: 'A stage is not there before it is built: the build fails, or takes an image of the same name from a registry.',
    fix: 'Name the stage that the files come from',
    references: [`${REFERENCE}#copy---from`],
    *check({ stages }) {
      for (const { name, instructions: own } of stages) {
        for (const { keyword, flags, line } of own) {
          if (keyword === 'COPY' && name !== undefined && flags.get('from')?.toLowerCase() === name) {
            yield { message: `stage ${name} copies from ${name}`, line };
          }
        }
      }
    },
  },
  {
    id: 'dockerfile-duplicate-stage',
    severity: 'low',
    title: 'Two stages have one name',
    why: 'Which of the two COPY --from means is easily mistaken.',
    fix: 'Give each stage a name of its own',
    references: [`${REFERENCE}#from`],
    *check({ stages }) {
      const seen = new Set<string>();
      for (const { name, line } of stages) {
        if (name === undefined) continue;
        if (seen.has(name)) yield { message: `stage ${name} is there twice`, line };
        seen.add(name);
      }
    },
  },
  {
    id: 'dockerfile-ssh-port',
    severity: 'medium',
    title: 'The image offers SSH',
    why: 'A container with an SSH server has keys and users nobody looks after, and a second way in beside the orchestrator.',
    fix: 'Remove the SSH server; use kubectl exec or docker exec',
    references: [CIS],
    check: ({ stages }) =>
      instructions(stages, 'EXPOSE')
        .filter(({ text }) => text.split(/\s+/).some((port) => /^22(?:\/tcp)?$/i.test(port)))
        .map(({ line }) => ({ message: 'EXPOSE 22', line })),
  },
  {
    id: 'dockerfile-port-out-of-range',
    severity: 'low',
    title: 'A port that does not exist',
    why: 'Nothing can listen there.',
    fix: 'Name a port from 1 to 65535',
    references: [`${REFERENCE}#expose`],
    check: ({ stages }) =>
      instructions(stages, 'EXPOSE').flatMap(({ text, line }) =>
        text
          .split(/[\s-]+/)
          .map((port) => /^(\d{1,9})(?:\/\w+)?$/.exec(port)?.[1])
          .filter((port) => port !== undefined && (Number(port) < 1 || Number(port) > 65_535))
          .map((port) => ({ message: `EXPOSE ${port ?? ''}`, line })),
      ),
  },
  {
    id: 'dockerfile-no-healthcheck',
    severity: 'low',
    title: 'The image has no health check',
    why: 'Docker and Compose go on sending work to a container that hangs. Kubernetes uses probes of its own instead.',
    fix: 'Add HEALTHCHECK, or HEALTHCHECK NONE where something else watches',
    references: [`${REFERENCE}#healthcheck`, CIS],
    *check({ stages }) {
      const last = stages.at(-1);
      if (last === undefined || last.instructions.some(({ keyword }) => keyword === 'HEALTHCHECK')) return;
      yield { message: 'no HEALTHCHECK in the last stage', line: last.line };
    },
  },
  {
    id: 'dockerfile-repeated-instruction',
    severity: 'low',
    title: 'An instruction of which only the last counts stands there twice',
    why: 'The earlier one does nothing, though it looks as if it did.',
    fix: 'Keep the last CMD, ENTRYPOINT and HEALTHCHECK of each stage',
    references: [`${REFERENCE}#cmd`, `${REFERENCE}#entrypoint`],
    *check({ stages }) {
      for (const stage of stages) {
        for (const keyword of ['CMD', 'ENTRYPOINT', 'HEALTHCHECK']) {
          const [first, second] = stage.instructions.filter((one) => one.keyword === keyword);
          if (first !== undefined && second !== undefined) {
            yield { message: `${keyword} of line ${second.line} replaces this one`, line: first.line };
          }
        }
      }
    },
  },
  {
    id: 'dockerfile-shell-form',
    severity: 'low',
    title: 'The process is started through a shell',
    why: 'The shell is process 1 and hands no signals on: stopping the container ends in a kill, with work half done.',
    fix: 'Use the JSON form: CMD ["server", "--port", "8080"]',
    references: [`${REFERENCE}#shell-and-exec-form`],
    *check({ stages }) {
      for (const { keyword, exec, text, line } of stages.at(-1)?.instructions ?? []) {
        if ((keyword === 'CMD' || keyword === 'ENTRYPOINT') && exec === undefined) {
          yield { message: `${keyword} ${short(text)}`, line };
        }
      }
    },
  },
  {
    id: 'dockerfile-relative-workdir',
    severity: 'low',
    title: 'A working directory that depends on the one before',
    why: 'A change of the base image moves it, and with it every file that is copied.',
    fix: 'Give WORKDIR an absolute path',
    references: [`${BEST_PRACTICES}#workdir`],
    check: ({ stages }) =>
      instructions(stages, 'WORKDIR')
        .filter(({ text }) => !/^["']?(?:\/|\$|[A-Za-z]:)/.test(text))
        .map(({ text, line }) => ({ message: `WORKDIR ${short(text)}`, line })),
  },
  {
    id: 'dockerfile-maintainer',
    severity: 'negligible',
    title: 'MAINTAINER is deprecated',
    why: 'Tools that read labels do not see it.',
    fix: 'Use LABEL org.opencontainers.image.authors=…',
    references: [`${REFERENCE}#maintainer-deprecated`],
    check: ({ stages }) => instructions(stages, 'MAINTAINER').map(({ line }) => ({ message: 'MAINTAINER', line })),
  },
  {
    id: 'dockerfile-docker-socket',
    severity: 'high',
    title: "The image asks for the container runtime's socket",
    why: 'Who can write to the socket can start a privileged container, which is root on the host.',
    fix: 'Do without the socket; build images with a rootless builder',
    references: [CIS],
    check: ({ stages }) =>
      instructions(stages, 'VOLUME')
        .filter(({ text }) => /(?:docker|containerd|crio)\.sock/.test(text))
        .map(({ line }) => ({ message: "VOLUME of the runtime's socket", line })),
  },
];

const SECRET_FILE =
  /(?:^|\/)(?:\.env(?:\.(?!example|sample|template)\w+)?|\.npmrc|\.pypirc|\.netrc|\.git-credentials|\.dockercfg|\.pgpass|\.htpasswd|id_(?:rsa|dsa|ecdsa|ed25519)|credentials(?:\.json)?|kubeconfig|[\w.-]+\.(?:pem|key|p12|pfx|jks|keystore|ppk|kdbx))$|(?:^|\/)\.(?:aws|ssh|kube|docker|gnupg)(?:\/|$)/i;

const ARCHIVE = /\.(?:tar|tgz|tbz2?|txz|tzst|tar\.(?:gz|bz2|xz|zst))$/i;

function isPlainFile(source: string): boolean {
  return !/^(?:https?:\/\/|git@|git:\/\/|ssh:\/\/|\$|<<)/i.test(source) && !ARCHIVE.test(source);
}

/** All but the last word: the destination. Comma, brackets and quotes are those of the JSON form. */
function sourcesOf(text: string): readonly string[] {
  const words = text.startsWith('[') ? text.split(/[[\]",\s]+/) : text.split(/\s+/);
  return words.filter((word) => word !== '').slice(0, -1);
}

function instructions(stages: readonly Stage[], keyword: string): Stage['instructions'][number][] {
  return stages.flatMap((stage) => stage.instructions.filter((one) => one.keyword === keyword));
}

function userOf(stage: Stage, stages: readonly Stage[]): { readonly name: string; readonly line: number } | undefined {
  // A stage can be built on an earlier one, which can be built on an earlier one; none is looked at twice.
  let current: Stage | undefined = stage;
  for (let left = stages.length; current !== undefined && left > 0; left -= 1) {
    const user = current.instructions.findLast(({ keyword }) => keyword === 'USER');
    if (user !== undefined) return { name: user.text, line: user.line };
    const { base }: Stage = current;
    current = stages.find(({ name }) => name === base.toLowerCase());
  }
  return undefined;
}

/** The base image with the defaults of its build arguments; undefined where it depends on one without default. */
function resolved(base: string, global: Dockerfile['global']): string | undefined {
  let open = false;
  const image = base.replace(/\$\{?(\w+)(?::-([^}]*))?\}?/g, (_, name: string, fallback: string | undefined) => {
    const given = global.find(({ keyword, text }) => keyword === 'ARG' && text.startsWith(`${name}=`));
    const value = given?.text.slice(name.length + 1).replace(/^["']|["']$/g, '') ?? fallback;
    if (value === undefined || value === '') open = true;
    return value ?? '';
  });
  return open ? undefined : image;
}

function tagOf(image: string): string | undefined {
  if (image.includes('@')) return 'digest';
  return /:([^/:]+)$/.exec(image)?.[1];
}

function short(text: string): string {
  return text.length <= 120 ? text : `${text.slice(0, 119)}…`;
}
