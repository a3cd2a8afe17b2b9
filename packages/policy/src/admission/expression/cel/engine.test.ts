import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ADMISSION_NAMES } from '../names.ts';
import { celLanguage } from './engine.ts';

const CONTAINERS = Array.from({ length: 60 }, (_, index) => ({
  name: `c${index}`,
  image: `registry.example.com/app:${index}`,
  ports: [{ containerPort: 8000 + index }],
}));
const INPUTS = {
  object: celLanguage.input({
    metadata: { name: 'web', labels: { app: 'web' }, annotations: { long: 'a'.repeat(200_000) } },
    spec: { replicas: 3, ratio: 0.5, containers: CONTAINERS },
  }),
  request: celLanguage.input({ operation: 'CREATE', userInfo: { username: 'alice', groups: ['dev'] } }),
  oldObject: celLanguage.input(null),
};

/** A value whose parts are there once and count 2^45 times. */
const DOUBLED = `[["a"]]${'.map(x, [x, x])'.repeat(45)}`;

describe('an expression', () => {
  it.each([
    ['object.spec.containers.all(c, c.image.startsWith("registry.example.com/"))', true],
    ['object.spec.containers.exists(c, c.name == "c7" && c.ports[0].containerPort == 8007)', true],
    ['object.spec.containers.exists_one(c, c.name == "c7")', true],
    ['object.spec.replicas > 2 && object.spec.ratio < 1.0', true],
    ['type(object.spec.replicas) == int && type(object.spec.ratio) == double', true],
    ['has(object.spec.template) || object.metadata.labels["app"] == "web"', true],
    ['"app" in object.metadata.labels && !("b" in object.metadata.labels)', true],
    ['oldObject == null', true],
    ['request.operation in ["CREATE", "UPDATE"] && "dev" in request.userInfo.groups', true],
    ['object.metadata.name.matches("^w[a-z]{2}$") && !object.metadata.name.matches("^x")', true],
    ['object.spec.containers.map(c, c.name).filter(n, n.endsWith("9")).join(",")', 'c9,c19,c29,c39,c49,c59'],
    ['"a,b".split(",").size() == 2 && "a.b.c".replace(".", "-") == "a-b-c" && "ABC".lowerAscii() == "abc"', true],
    ['[1] + [2] + [3] == [1, 2, 3] && ([1] + [2])[1] == 2', true],
    ['object.metadata.name.indexOf("b") == 2 && " x ".trim() == "x" && "web".substring(1) == "eb"', true],
  ])('%s is %j', (text, value) => {
    expect(evaluated(text)).toEqual({ ok: true, value });
  });

  it.each([
    ['obj.spec', ['1:1: unknown variable "obj"; known are namespaceObject, object, oldObject, request, variables']],
    [
      'object.spec.containers.all(c, d)',
      ['1:31: unknown variable "d"; known are namespaceObject, object, oldObject, request, variables'],
    ],
    ['request.userInfo.extra == 1', ['1:17: unknown field "extra"; known are groups, uid, username']],
    ['has(namespaceObject.metadata.labels)', ['1:1: unknown field "labels"; known are name']],
    ['object.a.frob() &&\n  nop(1)', ['1:9: there is no function "frob" here', '2:3: there is no function "nop" here']],
    ['object.a.startsWith()', ['1:9: the function "startsWith" takes other arguments, or stands elsewhere']],
    ['startsWith(object.a)', ['1:1: the function "startsWith" takes other arguments, or stands elsewhere']],
    ['object.a.matches(object.b)', ['1:9: write text.matches("…"), with a pattern that stands there']],
    ['object.a.matches("(")', ['1:18: error parsing regexp: missing closing ): `(`']],
    ['object.a.matches("((a{99}){99}){99}")', ['1:18: the pattern is too large once its repetitions are written out']],
    ['Foo{a: 1} == 1', ['1:1: there is no type "Foo" here']],
    [
      'constructor == __proto__',
      [
        expect.stringContaining('1:1: unknown variable "constructor"'),
        expect.stringContaining('unknown variable "__proto__"'),
      ],
    ],
    ['a ? b', ['1:3: is no expression: found ? but expecting end of input']],
    ['(((', [expect.stringMatching(/^1:4: is no expression: found end of input but expecting /)]],
    ['('.repeat(60), ['1:51: nests brackets deeper than 50']],
    [`${'1+'.repeat(300)}1`, expect.arrayContaining([expect.stringContaining('nests deeper than 250 operations')])],
  ])('%s is refused with the place of each mistake', (text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  it.each([
    ['object.spec.missing == 1', '1:12: field not found: missing'],
    ['object.metadata.name > 1', "1:22: found no matching overload for '_>_' applied to '(string, int)'"],
    ['1 / 0 == 1', expect.stringContaining('divide by zero')],
    ['object.spec.containers[99] == 1', expect.stringMatching(/index/)],
  ])('%s has no answer where the object does not fit, and says why', (text, message) => {
    expect(evaluated(text)).toEqual({ ok: false, message });
  });

  it.each([
    [
      'loops in loops',
      'object.spec.containers.all(a, object.spec.containers.all(b, object.spec.containers.all(c, a.name + b.name != c.image)))',
    ],
    [
      'loops that hide the end of the budget',
      'object.spec.containers.all(a, object.spec.containers.exists(b, object.spec.containers.exists(c, c.x == 1 || b.x == 1) || true) || true)',
    ],
    ['lists that double', `[["a"]]${'.map(x, x + x)'.repeat(45)}.size() > 1`],
    ['texts that double', `["aaaaaaaa"]${'.map(x, x + x)'.repeat(45)}.size() > 1`],
    ['values that hold another twice', `${DOUBLED} == ${DOUBLED}`],
    [
      'a loop whose first item ends it, over many items',
      'object.metadata.annotations.long.split("").all(a, object.metadata.annotations.long.split("").exists(b, true))',
    ],
    [
      'a search for a long text in a long one',
      'object.metadata.annotations.long.contains(object.metadata.annotations.long + "b")',
    ],
    ['a long number', 'int(object.metadata.annotations.long) == 1'],
    ['a pattern over a long text', 'object.metadata.annotations.long.matches("^(a|aa|[a-z]|[b-x]){0,30}b$")'],
    [
      'replacing everything by much',
      'object.metadata.annotations.long.replace("a", object.metadata.annotations.long) == ""',
    ],
    ['joining with much', 'object.spec.containers.map(c, c.name).join(object.metadata.annotations.long) == ""'],
  ])('ends within its budget: %s', (_, text) => {
    expect(evaluated(text)).toEqual({ ok: false, message: 'takes more steps than an expression may' });
  });

  it('never throws, whatever its text', () => {
    const words = [
      'object',
      '.spec',
      '.containers',
      '.all(c, ',
      '.map(x, ',
      ')',
      '(',
      '[',
      ']',
      '"a"',
      '1',
      ' + ',
      ' == ',
      ' && ',
      '?',
      ':',
      '.matches("a*")',
      'c',
      'x',
      '{',
      '}',
      '!',
      '-',
      '.size()',
      'in',
      ' ',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 30 }), (parts) => {
        const outcome = celLanguage.compile(parts.join(''), ADMISSION_NAMES);
        const said = outcome.ok ? [outcome.expression.evaluate(INPUTS, { left: 10_000 })] : outcome.problems;

        expect(said).not.toEqual([]);
      }),
      { numRuns: 500 },
    );
    fc.assert(fc.property(fc.string(), (text) => void celLanguage.compile(text, ADMISSION_NAMES)));
  });
});

describe('an input', () => {
  it('is refused when it is too large or too deep', () => {
    expect(celLanguage.input(Array.from({ length: 20_000 }, () => 1))).toBeUndefined();
    expect(celLanguage.input(JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`))).toBeUndefined();
    expect(celLanguage.input(Array.from({ length: 10_000 }, () => 1))).toBeDefined();
  });
});

function problemsOf(text: string): readonly string[] {
  const outcome = celLanguage.compile(text, ADMISSION_NAMES);
  return outcome.ok ? [] : outcome.problems.map(({ line, column, message }) => `${line}:${column}: ${message}`);
}

function evaluated(text: string): object {
  const outcome = celLanguage.compile(text, ADMISSION_NAMES);
  if (!outcome.ok) throw new Error(problemsOf(text).join('\n'));
  return outcome.expression.evaluate(INPUTS, { left: 50_000 });
}
