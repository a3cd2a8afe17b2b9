import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OPTIONS, sampleReport } from '../test/sample.ts';
import { parseTemplate } from './parse.ts';
import { renderTemplate } from './render.ts';
import { templateReport } from './template-report.ts';

describe('templates', () => {
  it.each([
    ['Hello {{name}}!', { name: '<b>' }, 'Hello &lt;b&gt;!'],
    ['{{name | raw}}', { name: '<b>' }, '<b>'],
    ['{{ name | json }}', { name: '</script>' }, '"\\u003c/script\\u003e"'],
    ['{{gone | json}}', {}, 'null'],
    ['{{name | csv}}', { name: '=1,"2"' }, `"'=1,""2"""`],
    ['{{#list}}{{.}}{{^@last}},{{/@last}}{{/list}}', { list: [1, 2, 3] }, '1,2,3'],
    ['{{#list}}{{@index}}{{name}}{{/list}}', { name: 'outer', list: [{ name: 'a' }, {}] }, '0a1outer'],
    ['{{^list}}none{{/list}}{{#list}}some{{/list}}', { list: [] }, 'none'],
    ['{{#a}}{{b.c}}{{/a}}', { a: { b: { c: 7 } } }, '7'],
    ['{{! a comment }}x', {}, 'x'],
    ['{{list | length}}', { list: [1, 2] }, '2'],
    ['{{constructor}}{{toString}}{{__proto__}}{{a.constructor.name}}', { a: {} }, ''],
  ])('write %j', (template, data, text) => {
    expect(render(template, data)).toBe(text);
  });

  it.each([
    ['{{a', 1, 'a tag is not closed with "}}"'],
    ['\n{{#a}}', 2, 'the section "a" is not closed'],
    ['{{#a}}\n\n{{/b}}', 3, '"{{/b}}" closes the section "a" of line 1'],
    ['{{/a}}', 1, '"{{/a}}" closes nothing'],
    ['{{a b}}', 1, '"a b" is no name'],
    ['{{a | eval}}', 1, 'there is no filter "eval", only html, xml, json, csv, raw, length, upper, lower'],
    ['{{#a}}'.repeat(33), 1, 'sections are nested deeper than 32'],
  ])('are refused as %j', (template, line, why) => {
    expect(() => parseTemplate(template)).toThrow(`cannot read the template, line ${line}: ${why}`);
  });

  it('write text without tags as it is, and never fail on any other', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(render(text.replaceAll('{{', ''), {})).toBe(text.replaceAll('{{', ''));
        expect(refusal(() => render(text, { a: [{}] }))).toBeOneOf([undefined, 'INVALID_TEMPLATE']);
      }),
    );
  });

  it('stop before sections inside sections fill a disk', () => {
    const list = Array.from({ length: 1000 }, () => 'x'.repeat(1000));
    const template = `${'{{#list}}'.repeat(4)}{{list | json}}${'{{/list}}'.repeat(4)}`;

    expect(() => {
      for (const piece of renderTemplate(parseTemplate(template), { list })) void piece;
    }).toThrow('it would be longer than');
  });

  it('see the JSON report with every package', () => {
    const template = '{{#packages}}{{purl | raw}}\n{{/packages}}{{#findings}}{{id}} {{/findings}}';

    expect([...templateReport(sampleReport(), template, OPTIONS)].join('')).toBe(
      'pkg:deb/debian/libssl3@1:3.0.9-1?arch=amd64&distro=debian-12&upstream=openssl\n' +
        'pkg:npm/%40scope/lodash@4.17.20+x\nCVE-2024-0001 dockerfile-root-user github-token ',
    );
  });
});

function render(template: string, data: object): string {
  return [...renderTemplate(parseTemplate(template), data)].join('');
}

/** The code of the error that a call ends with, if it ends with one. */
function refusal(call: () => unknown): unknown {
  try {
    call();
    return undefined;
  } catch (error) {
    return (error as { readonly code?: unknown }).code ?? error;
  }
}
