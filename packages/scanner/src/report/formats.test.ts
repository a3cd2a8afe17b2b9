import { describe, expect, it } from 'vitest';
import { REPORT_FORMATS, type ReportFormat, type ReportOptions } from './format.ts';
import { JsonScanReport } from './json/schema.ts';
import { renderReport } from './render.ts';
import type { ScanReport } from './scan-report.ts';
import { junitProblemsOf } from './test/junit-schema.ts';
import { unclosedIn } from './test/markup.ts';
import { openVexProblemsOf } from './test/openvex-schema.ts';
import { type PublishedSchema, problemsOf } from './test/published-schema.ts';
import { emptyReport, HOSTILE, hostileReport, OPTIONS, sampleReport } from './test/sample.ts';

const TEMPLATE = '{{subject.name}}{{#findings}}{{id}} {{package.name}}{{/findings}}';
const REPORTS = { sample: sampleReport(), hostile: hostileReport(), empty: emptyReport() } as const;

describe.each(Object.entries(REPORTS))('the %s report', (_, report) => {
  it.each<[ReportFormat, PublishedSchema]>([
    ['sarif', 'sarif-2.1.0'],
    ['cyclonedx', 'cyclonedx-1.6'],
    ['spdx-json', 'spdx-2.3'],
    ['gitlab', 'gitlab-container-scanning-15.0.4'],
  ])('as %s is valid by the published schema %s', async (format, schema) => {
    for (const text of await render(format, report)) expect(problemsOf(schema, JSON.parse(text))).toEqual([]);
  });

  it('as junit is valid by the schema of Jenkins', async () => {
    for (const text of await render('junit', report)) expect(junitProblemsOf(text)).toEqual([]);
  });

  it('as openvex is valid by its published schema, which knows no document about nothing', async () => {
    const [text = ''] = await render('openvex', report);
    const hasNone = report.findings.every(({ kind }) => kind !== 'vulnerability');
    const problems = openVexProblemsOf(JSON.parse(text));

    expect(problems.filter((problem) => !hasNone || !/^statements: .*>=1 items/.test(problem))).toEqual([]);
  });

  it.each(['html', 'junit'] as const)(
    'as %s is well formed: every element is closed where it belongs',
    async (format) => {
      const text = (await render(format, report)).join('');

      expect(unclosedIn(text)).toEqual([]);
    },
  );

  it('as json is valid by its own published schema', async () => {
    const [text = ''] = await render('json', report);

    expect(JsonScanReport.safeParse(JSON.parse(text)).error?.issues).toBeUndefined();
  });

  it.each(REPORT_FORMATS)('as %s is the same whenever it is written', async (format) => {
    expect(await render(format, report)).toEqual(await render(format, structuredClone(report)));
  });

  it.each(REPORT_FORMATS)('as %s has no code that moves a cursor, and whole characters only', async (format) => {
    const text = (await render(format, report)).join('');

    expect(text).not.toContain('\u001b');
    expect(text).not.toContain('\u0000');
    expect(text.isWellFormed()).toBe(true);
  });
});

describe('published schemas', () => {
  it.each<[ReportFormat, PublishedSchema, (document: Record<string, unknown>) => void]>([
    ['sarif', 'sarif-2.1.0', (document) => void (document['version'] = '3')],
    ['cyclonedx', 'cyclonedx-1.6', (document) => void (document['components'] = [{ type: 'library' }])],
    ['spdx-json', 'spdx-2.3', (document) => void (document['packages'] = [{ name: 'a' }])],
    ['gitlab', 'gitlab-container-scanning-15.0.4', (document) => void delete document['scan']],
  ])('refuse a broken %s report', async (format, schema, breakIt) => {
    const [text = ''] = await render(format, sampleReport());
    const document = JSON.parse(text) as Record<string, unknown>;
    breakIt(document);

    expect(problemsOf(schema, document)).not.toEqual([]);
  });

  it.each([
    ['an attribute too many', ' tests="', ' skipped="0" tests="', '<testsuites> has an attribute skipped'],
    ['an attribute too few', '<testsuite name=', '<testsuite id=', '<testsuite> lacks name'],
    ['an element where it does not belong', '<testcase ', '<failure/><testcase ', '<failure> in <testsuite>'],
    ['what is not well formed', '</testsuites>', '', 'it is not well formed'],
  ])('refuse a junit report with %s', async (_, part, broken, problem) => {
    const [text = ''] = await render('junit', sampleReport());

    expect(junitProblemsOf(text.replace(part, broken))).toContain(problem);
  });
});

describe('the schema of OpenVEX', () => {
  it.each<[string, (document: VexDocument) => void]>([
    ['a time that is none', (document) => void (document['timestamp'] = 'today')],
    ['an unknown member', (document) => void (document['comment'] = '')],
    ['a statement without a status', (document) => void delete document.statements[0]?.['status']],
    ['an affected product and nothing to do', (document) => void delete document.statements[0]?.['action_statement']],
    [
      'a product that is no URI',
      (document) => void (document.statements[0]?.products[0] && (document.statements[0].products[0]['@id'] = 'a b')),
    ],
    ['the same statement twice', (document) => void document.statements.push(...document.statements)],
  ])('refuses a report with %s', async (_, breakIt) => {
    const [text = ''] = await render('openvex', sampleReport());
    const document = JSON.parse(text) as VexDocument;
    expect(openVexProblemsOf(document)).toEqual([]);
    breakIt(document);

    expect(openVexProblemsOf(document)).toHaveLength(1);
  });
});

interface VexDocument extends Record<string, unknown> {
  readonly statements: (Record<string, unknown> & { readonly products: { '@id': string }[] })[];
}

describe('a check of markup', () => {
  it.each([
    ['<p><b>a</p></b>', '</p> closes <b>'],
    ['<p>a', '<p> is not closed'],
    ['a</p>', '</p> closes nothing'],
    ['<p a="<">', '<p> is not closed'],
    ['a < b', 'a "<" that is no tag'],
    ['a & b', 'an "&" that is no character'],
  ])('sees what is wrong with %s', (text, problem) => {
    expect(unclosedIn(text)).toContain(problem);
  });

  it('takes void elements and comments as they are', () => {
    expect(unclosedIn('<!DOCTYPE html><p><br>a &amp; &#39;<img src="a>b"><!-- <i> --></p>')).toEqual([]);
  });
});

describe('renderReport', () => {
  it('says that a template is missing', async () => {
    await expect(renderReport('template', sampleReport(), OPTIONS)).rejects.toMatchObject({ code: 'INVALID_TEMPLATE' });
  });

  it.each(['html', 'junit'] as const)('lets no markup of a scanned thing into %s', async (format) => {
    const text = (await render(format, hostileReport())).join('');

    expect(text).not.toMatch(/<script|<\/title><|javascript:/i);
    expect(text).not.toContain(HOSTILE);
    expect(text).toContain('&lt;script&gt;alert(1)');
  });

  it('links only to the web', async () => {
    const [html = ''] = await render('html', sampleReport());

    expect([...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual([
      '#findings',
      'https://example.com/advisory',
    ]);
  });
});

async function render(format: ReportFormat, report: ScanReport): Promise<string[]> {
  const options: ReportOptions = { ...OPTIONS, template: TEMPLATE, listPackages: true };
  return (await renderReport(format, report, options)).map((text) => [...text].join(''));
}
