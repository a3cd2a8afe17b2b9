import { printable } from '@bulkhead/core';
import { Document, isNode, isPair, isScalar, visit } from 'yaml';
import type { LearntDocument } from './learnt.ts';

const LINE_WIDTH = 160;
/** What ends a line to some readers of YAML and not to others, and what a reader does not see, or sees elsewhere. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
/** The same but for the ends of lines of the file itself; none of it stands outside of quotes. */
const ALL_UNSEEN = /[\p{Cf}\p{Zl}\p{Zp}\u007F-\u009F]/gu;

/** Documents as one YAML file for review: a rule is a line, with what speaks for it above. */
export function writeLearnt(documents: readonly LearntDocument[]): string {
  return documents.map(write).join('---\n');
}

function write({ document, head, comments }: LearntDocument): string {
  const yaml = new Document(document);
  visit(yaml, {
    // Rules are maps in lists.
    Map: (key, node) => {
      if (typeof key === 'number') node.flow = true;
    },
    Scalar: (_, node) => {
      if (typeof node.value === 'string' && UNSEEN.test(node.value)) node.type = 'QUOTE_DOUBLE';
    },
    Seq: (_, node) => {
      if (node.items.every((item) => isScalar(item))) node.flow = true;
    },
  });
  for (const { path, text } of comments) {
    const node: unknown = yaml.getIn(path, true);
    if (isNode(node) && !isPair(node)) node.commentBefore = comment(text);
  }
  if (head.length > 0) yaml.commentBefore = head.map(comment).join('\n');
  return yaml.toString({ lineWidth: LINE_WIDTH }).replaceAll(ALL_UNSEEN, escaped);
}

/** As it is written between double quotes. */
function escaped(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
  return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
}

/** Whatever is in a text, it stays one comment. */
function comment(text: string): string {
  return ` ${printable(text).replaceAll(/[\p{Zl}\p{Zp}]/gu, '\uFFFD')}`;
}
