import { type CelFunc, CelScalar, celMethod } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';

const { STRING } = CelScalar;

/**
 * The functions of strings that Kubernetes has too. Left out are those whose work does not follow from the size of what they
 * are given: `format`, and `replace` with a count.
 */
const NAMES = ['charAt', 'indexOf', 'join', 'lastIndexOf', 'lowerAscii', 'split', 'substring', 'trim', 'upperAscii'];

export const STRING_FUNCTIONS: CelFunc[] = [
  ...strings.filter(({ name }) => NAMES.includes(name)),
  celMethod('replace', STRING, [STRING, STRING], STRING, function (what, by) {
    return this.replaceAll(what, () => by);
  }),
];
