import { describe, expect, it } from 'vitest';
import { REPORT_FORMATS, type ReportFormat, type ReportOptions } from './format.ts';
import { renderReport } from './render.ts';
import type { ScanReport } from './scan-report.ts';
import { junitProblemsOf } from './test/junit-schema.ts';
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
