import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { missingForContainerd } from '@bulkhead/cri/test-support';
import { redisMissing, renderSteps, runStep, type StepResult } from '@bulkhead/lab';
import { COMPONENTS, type Component } from './component.ts';
import { Containers } from './trial/containers.ts';
import { OWN_PLATFORM } from './trial/platform.ts';
import { trialOf } from './trial/trials.ts';

const USAGE = `Usage: node tools/images/src/try.ts [--platform linux/amd64,linux/arm64] FOLDER [COMPONENT…]

Runs images as a cluster would: as their own user, with a root that is read-only and no capability; the agent
with all. FOLDER has COMPONENT.tar for each, an OCI archive of one or more platforms. Needs root, and what tests need.

  --platform LIST   which of them; default this machine's. For another processor's, binfmt_misc has to know QEMU
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    platform: { type: 'string', default: OWN_PLATFORM },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

/** Tries every image, and says whether all did what they should. */
async function tryAll(folder: string, components: readonly Component[]): Promise<boolean> {
  const steps: StepResult[] = [];
  for (const platform of values.platform.split(',')) {
    const containers = await Containers.open(platform);
    try {
      for (const component of components) {
        const { expected, act } = trialOf(component, platform);
        const step = await runStep(`${component} ${platform}`, expected, async () => {
          await containers.take(component, join(folder, `${component}.tar`));
          return act(containers);
        });
        process.stderr.write(`  ${step.isAsExpected ? 'ok    ' : 'FAILED'} ${step.name}\n`);
        steps.push(step);
      }
    } finally {
      await containers.close();
    }
  }
  process.stdout.write(`\n${renderSteps(steps)}`);
  return steps.every((step) => step.isAsExpected);
}

const [folder, ...wanted] = positionals;
const unknown = wanted.find((name) => !COMPONENTS.some((one) => one === name));
const missing = missingForContainerd() ?? redisMissing();
if (values.help) process.stdout.write(USAGE);
else if (folder === undefined || unknown !== undefined) {
  process.stderr.write(unknown === undefined ? USAGE : `error: there is no component ${unknown}\n${USAGE}`);
  process.exitCode = 2;
} else if (missing !== undefined) {
  process.stderr.write(`error: images cannot be tried here: ${missing}\n`);
  process.exitCode = 2;
} else {
  const all = COMPONENTS.filter((one) => wanted.length === 0 || wanted.includes(one));
  const absent = all.find((one) => !existsSync(join(resolve(folder), `${one}.tar`)));
  if (absent !== undefined) {
    process.stderr.write(
      `error: ${join(folder, `${absent}.tar`)} is missing; deploy/images/README.md says how to build it\n`,
    );
    process.exitCode = 2;
  } else process.exitCode = (await tryAll(resolve(folder), all)) ? 0 : 1;
}
