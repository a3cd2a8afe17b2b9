import { resolve } from 'node:path';
import { bundle } from './bundle.ts';
import { COMPONENTS } from './component.ts';

const [wanted, folder, ...others] = process.argv.slice(2);
const component = COMPONENTS.find((one) => one === wanted);
if (component === undefined || folder === undefined || others.length > 0) {
  process.stderr.write(`Usage: node tools/images/src/main.ts ${COMPONENTS.join('|')} FOLDER\n`);
  process.exitCode = 2;
} else await bundle(component, resolve(folder));
