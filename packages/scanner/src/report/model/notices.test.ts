import { describe, expect, it } from 'vitest';
import { renderReport } from '../render.ts';
import { emptyReport, OPTIONS } from '../test/sample.ts';

describe('a system past its end of life', () => {
  const os = {
    id: 'debian',
    idLike: [],
    versionId: '9',
    prettyName: 'Debian 9',
    endOfLife: '2022-06-30',
    endOfLifeReached: true,
  };
  const report = { ...emptyReport(), os, gaps: [], status: 'complete' } as const;

  it.each(['table', 'sarif', 'gitlab', 'html', 'json'] as const)('is named as such in %s', async (format) => {
    const texts = (await renderReport(format, report, OPTIONS)).map((text) => [...text].join(''));

    expect(texts.join('')).toMatch(
      format === 'json' ? /"endOfLifeReached": ?true/ : /no security updates since 2022-06-30/,
    );
  });

  it('leaves a scan that looked at everything successful', async () => {
    const [text = []] = await renderReport('sarif', report, OPTIONS);

    expect(JSON.parse([...text].join(''))).toMatchObject({
      runs: [
        {
          invocations: [
            { executionSuccessful: true, toolExecutionNotifications: [{ descriptor: { id: 'end-of-life' } }] },
          ],
        },
      ],
    });
  });
});
