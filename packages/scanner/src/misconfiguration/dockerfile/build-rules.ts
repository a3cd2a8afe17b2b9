import { isSecretName } from '@bulkhead/pod-rules';
import type { CheckedRule, Problem } from '../rule.ts';
import type { Dockerfile, Instruction } from './dockerfile.ts';
import { type Command, type Run, runsOf } from './shell.ts';

const BEST_PRACTICES = 'https://docs.docker.com/build/building/best-practices/';
const SECRETS = 'https://docs.docker.com/build/building/secrets/';

/** Rules about what the build does: packages, downloads, permissions and build arguments. */
export const BUILD_RULES: readonly CheckedRule<Dockerfile>[] = [
  {
    id: 'dockerfile-secret-in-env',
    severity: 'high',
    title: 'A secret in ENV or ARG',
    why: "Both are kept in the image's configuration and history: everybody who can pull the image can read them.",
    fix: 'Use RUN --mount=type=secret in the build, and secrets of the orchestrator at run time',
    references: [SECRETS, 'https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/'],
    check: ({ global, stages }) =>
      [...global, ...stages.flatMap((stage) => stage.instructions)].flatMap((one) =>
        variablesOf(one)
          .filter(({ name, value }) => isSecretName(name) && (one.keyword === 'ARG' || !isReference(value)))
          .map(({ name }) => ({ message: `${one.keyword} ${name}`, line: one.line })),
      ),
  },
  {
    id: 'dockerfile-apt-lists',
    severity: 'low',
    title: "apt's lists stay in the layer",
    why: 'Some ten megabytes that are stale tomorrow travel with every image.',
    fix: 'End the same RUN with rm -rf /var/lib/apt/lists/*, or mount a cache there',
    references: [`${BEST_PRACTICES}#apt-get`],
    check: runRule(
      (run) => some(run, isAptInstall) && !some(run, removes('/var/lib/apt/lists')) && !mountsCache(run),
      'apt-get install without removing /var/lib/apt/lists',
    ),
  },
  {
    id: 'dockerfile-apt-recommends',
    severity: 'low',
    title: 'apt installs what is only recommended',
    why: 'Each package that nobody asked for can have vulnerabilities that somebody has to judge.',
    fix: 'Add --no-install-recommends',
    references: [`${BEST_PRACTICES}#apt-get`],
    check: commandRule(
      (command) => isAptInstall(command) && !/--no-install-recommends|APT::Install-Recommends/i.test(command.text),
      'apt-get install without --no-install-recommends',
    ),
  },
  {
    id: 'dockerfile-apt-no-yes',
    severity: 'low',
    title: 'apt waits for an answer',
    why: 'Nobody is there during a build: it fails as soon as apt asks.',
    fix: 'Add -y',
    references: [`${BEST_PRACTICES}#apt-get`],
    check: commandRule(
      (command) => isAptInstall(command) && !hasFlag(command, 'y', '--yes', '--assume-yes', '-qq'),
      'apt-get install without -y',
    ),
  },
  {
    id: 'dockerfile-update-alone',
    severity: 'medium',
    title: 'Package lists are updated in a layer of their own',
    why: 'The layer is cached: later builds install from lists of that day, with the vulnerabilities that have been fixed since.',
    fix: 'Update and install in one RUN',
    references: [`${BEST_PRACTICES}#apt-get`],
    check: runRule(
      (run) =>
        some(run, (command) => isPackageManager(command) && hasWord(command, /^(?:update|makecache)$/)) &&
        !some(run, (command) =>
          hasWord(command, /^(?:install|add|upgrade|dist-upgrade|full-upgrade|build-dep|source)$/),
        ),
      'an update without an install in the same RUN',
    ),
  },
  {
    id: 'dockerfile-dist-upgrade',
    severity: 'low',
    title: 'The build upgrades the whole distribution',
    why: 'Two builds of one Dockerfile differ, and a release can become another.',
    fix: 'Take a newer base image, and upgrade single packages where that is not enough',
    references: [BEST_PRACTICES],
    check: commandRule((command) => isApt(command) && hasWord(command, /^(?:dist|full)-upgrade$/)),
  },
  {
    id: 'dockerfile-apk-cache',
    severity: 'low',
    title: "apk's index stays in the layer",
    why: 'It is stale tomorrow and travels with every image.',
    fix: 'Use apk add --no-cache',
    references: [BEST_PRACTICES],
    check: runRule(
      (run) =>
        some(
          run,
          (one) => one.program === 'apk' && hasWord(one, /^add$/) && !hasWord(one, /^--(?:no-cache|cache-dir)/),
        ) &&
        !some(run, removes('/var/cache/apk')) &&
        !mountsCache(run),
      'apk add without --no-cache',
    ),
  },
  {
    id: 'dockerfile-yum-cache',
    severity: 'low',
    title: 'The cache of yum, dnf or zypper stays in the layer',
    why: 'Some ten megabytes that are stale tomorrow travel with every image.',
    fix: 'End the same RUN with dnf clean all (yum clean all, zypper clean)',
    references: [BEST_PRACTICES],
    check: runRule(
      (run) =>
        some(run, (one) => RPM_MANAGERS.test(one.program) && hasWord(one, /^(?:install|in|update|upgrade)$/)) &&
        !some(run, (one) => RPM_MANAGERS.test(one.program) && hasWord(one, /^clean$/)) &&
        !some(run, removes('/var/cache/')) &&
        !mountsCache(run),
      'an install without clean',
    ),
  },
  {
    id: 'dockerfile-pip-cache',
    severity: 'low',
    title: "pip's cache stays in the layer",
    why: 'Every wheel is in the image twice.',
    fix: 'Use pip install --no-cache-dir, or mount a cache at /root/.cache',
    references: ['https://pip.pypa.io/en/stable/topics/caching/'],
    check: (file) =>
      setsPipNoCache(file)
        ? []
        : runRule(
            (run) =>
              !mountsCache(run) &&
              some(
                run,
                (one) => isPip(one) && hasWord(one, /^install$/) && !/no-cache-dir|PIP_NO_CACHE_DIR/.test(one.text),
              ),
            'pip install without --no-cache-dir',
          )(file),
  },
  {
    id: 'dockerfile-sudo',
    severity: 'medium',
    title: 'sudo in a build',
    why: 'The build is root already; sudo stays in the image as a way back to root.',
    fix: 'Switch with USER, or use gosu or setpriv where a running container must',
    references: [`${BEST_PRACTICES}#user`],
    check: commandRule(({ program }) => program === 'sudo'),
  },
  {
    id: 'dockerfile-pipe-to-shell',
    severity: 'medium',
    title: 'A download goes straight into a shell',
    why: 'Whoever controls the address, or the way there, runs commands in the build; what ran is written down nowhere.',
    fix: 'Download, compare a checksum, then run',
    references: ['https://slsa.dev/spec/v1.0/threats'],
    check: commandRule(
      ({ pipedFrom, text }) =>
        (pipedFrom === 'curl' || pipedFrom === 'wget') &&
        /^(?:sudo\s+(?:-\S+\s+)*)?(?:\/[\w/]*\/)?(?:ba|z|da|a|k)?sh(?:\s|$)/.test(text),
    ),
  },
  {
    id: 'dockerfile-unverified-download',
    severity: 'high',
    title: 'A download whose sender is not checked',
    why: 'Anybody between the build and the server can put something else into the image.',
    fix: 'Remove the option; add the authority that is missing to the trust store',
    references: ['https://cwe.mitre.org/data/definitions/295.html'],
    check: commandRule(isUnverified),
  },
  {
    id: 'dockerfile-world-writable',
    severity: 'medium',
    title: 'Files that everybody may write',
    why: 'Any process in the container can change what a more privileged one runs or reads.',
    fix: 'Give the files to the user that needs them: COPY --chown=10001',
    references: ['https://cwe.mitre.org/data/definitions/732.html'],
    check: (file) => [
      ...commandRule((command) =>
        /^(?:[0-7]?[0-7][0-7][2367]|[ugo]*[oa][ugoa]*[+=][rx]*w\w*|[+]w)$/.test(modeOf(command)),
      )(file),
      ...file.stages.flatMap((stage) =>
        stage.instructions
          .filter(({ flags }) => /^[0-7]?[0-7][0-7][2367]$/.test(flags.get('chmod') ?? ''))
          .map(({ keyword, flags, line }) => ({ message: `${keyword} --chmod=${flags.get('chmod') ?? ''}`, line })),
      ),
    ],
  },
  {
    id: 'dockerfile-setuid',
    severity: 'medium',
    title: 'A program that runs as its owner',
    why: 'A flaw in it makes every user of the container root.',
    fix: 'Remove the bit; give the process the capability it needs',
    references: ['https://cwe.mitre.org/data/definitions/250.html'],
    check: commandRule((command) => /^(?:[ug]*[+=][rwx]*s[rwx]*|[2467][0-7]{3})$/.test(modeOf(command))),
  },
  {
    id: 'dockerfile-privileged-build',
    severity: 'high',
    title: 'A build step without isolation',
    why: 'A step that runs with --security=insecure or in the network of the host can change the machine that builds.',
    fix: 'Remove the flag; do in the pipeline what needs the host',
    references: ['https://docs.docker.com/reference/dockerfile/#run---security'],
    check: (file) =>
      runsOf(file)
        .map(({ instruction }) => instruction)
        .filter(({ flags }) => flags.get('security') === 'insecure' || flags.get('network') === 'host')
        .map(({ flags, line }) => ({
          message: flags.has('security') ? '--security=insecure' : '--network=host',
          line,
        })),
  },
  {
    id: 'dockerfile-cd',
    severity: 'negligible',
    title: 'cd in a RUN of its own',
    why: 'It has no effect on the next instruction.',
    fix: 'Use WORKDIR',
    references: [`${BEST_PRACTICES}#workdir`],
    check: runRule(({ commands }) => commands.length === 1 && commands[0]?.program === 'cd', 'RUN cd changes nothing'),
  },
];

const RPM_MANAGERS = /^(?:yum|dnf5?|microdnf|zypper)$/;

function runRule(breaks: (run: Run) => boolean, message: string): (file: Dockerfile) => Problem[] {
  return (file) =>
    runsOf(file)
      .filter(breaks)
      .map(({ instruction: { line } }) => ({ message, line }));
}

/** A check of every command; the message is the command itself unless one is given. */
function commandRule(breaks: (command: Command) => boolean, message?: string): (file: Dockerfile) => Problem[] {
  return (file) =>
    runsOf(file).flatMap(({ commands, instruction: { line } }) =>
      commands.filter(breaks).map(({ text }) => ({ message: message ?? text.slice(0, 120), line })),
    );
}

function some({ commands }: Run, holds: (command: Command) => boolean): boolean {
  return commands.some(holds);
}

function hasWord({ words }: Command, pattern: RegExp): boolean {
  return words.some((word) => pattern.test(word));
}

/** Whether a command has a one-letter flag, alone or among others (`-qy`), or one of the long ones. */
function hasFlag({ words }: Command, letter: string, ...long: readonly string[]): boolean {
  return words.some((word) => long.includes(word) || (/^-[A-Za-z]+$/.test(word) && word.includes(letter)));
}

function removes(folder: string): (command: Command) => boolean {
  return ({ program, words }) => program === 'rm' && words.some((word) => word.includes(folder));
}

function mountsCache({ instruction }: Run): boolean {
  return /type=(?:cache|tmpfs)/.test(instruction.flags.get('mount') ?? '');
}

function isApt({ program }: Command): boolean {
  return program === 'apt' || program === 'apt-get';
}

function isAptInstall(command: Command): boolean {
  return isApt(command) && hasWord(command, /^install$/);
}

function isPip({ program, words }: Command): boolean {
  return /^pip[\d.]*$/.test(program) || (/^python[\d.]*$/.test(program) && words[1] === '-m' && words[2] === 'pip');
}

function isPackageManager(command: Command): boolean {
  return isApt(command) || command.program === 'apk' || RPM_MANAGERS.test(command.program);
}

function isUnverified(command: Command): boolean {
  const { program, text } = command;
  if (program === 'curl') return hasFlag(command, 'k', '--insecure');
  if (program === 'wget') return hasWord(command, /^--no-check-certificate$/);
  if (isApt(command)) return hasWord(command, /^--allow-unauthenticated$|^--force-yes$|AllowInsecureRepositories/);
  if (program === 'apk') return hasWord(command, /^--allow-untrusted$/);
  if (RPM_MANAGERS.test(program) || program === 'rpm')
    return hasWord(command, /^--(?:nogpgcheck|no-gpg-checks|nosignature)$/);
  if (isPip(command)) return hasWord(command, /^--trusted-host/);
  if (program === 'npm') return /strict-ssl[= ]false/.test(text);
  return program === 'git' && /http\.sslVerify[= ](?:false|0)/i.test(text);
}

/** The mode that chmod sets; empty for other commands. */
function modeOf({ program, words }: Command): string {
  return program === 'chmod' ? (words.slice(1).find((word) => !/^-[A-Za-z-]+$/.test(word)) ?? '') : '';
}

/** The variables that ENV or ARG sets: `KEY=value …`, or ENV's old `KEY value`. */
function variablesOf({ keyword, text }: Instruction): readonly { readonly name: string; readonly value: string }[] {
  if (keyword !== 'ENV' && keyword !== 'ARG') return [];
  const pairs = [...text.matchAll(/(?:^|\s)([A-Za-z_]\w*)=("(?:[^"\\]|\\.)*"|'[^']*'|\S*)/g)];
  if (pairs.length > 0) {
    return pairs.map(([, name = '', value = '']) => ({ name, value: value.replace(/^["']|["']$/g, '') }));
  }
  const [name = '', ...value] = text.split(/\s+/);
  return keyword === 'ARG' || value.length > 0 ? [{ name, value: value.join(' ') }] : [];
}

/** Empty, or taken from somewhere else: a path, or another variable. */
function isReference(value: string): boolean {
  return value === '' || /^\$|^\/[\w./-]+$/.test(value);
}

function setsPipNoCache({ stages }: Dockerfile): boolean {
  return stages.some((stage) =>
    stage.instructions.some(({ keyword, text }) => keyword === 'ENV' && /PIP_NO_CACHE_DIR/.test(text)),
  );
}
