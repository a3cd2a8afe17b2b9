import { describe, expect, it } from 'vitest';
import { AlertSinkConfigs, targetOf } from './config.ts';

const messages = (sinks: readonly object[]): readonly string[] => {
  const parsed = AlertSinkConfigs.safeParse(sinks);
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

const MAIL = { name: 'ops', kind: 'email', host: 'mail.example', from: 'a@example.org', to: ['b@example.org'] };

describe('the configuration of sinks', () => {
  it.each([
    [{ ...MAIL, user: 'me' }, 'passwordFile: user and passwordFile go together'],
    [{ ...MAIL, user: 'me', passwordFile: 'f', security: 'none' }, 'security: must not be none with a password'],
    [{ ...MAIL, to: ['b@example.org\r\nBcc: c@example.org'] }, 'to.0: Invalid email address'],
    [
      { name: 'am', kind: 'alertmanager', url: 'http://am.example', tokenFile: 'f' },
      'tokenFile: needs an https address',
    ],
    [
      { name: 's', kind: 'syslog', host: 'h', transport: 'tcp', caFile: 'f' },
      'transport: must be tls to use certificates',
    ],
    [{ name: 's', kind: 'syslog', host: 'h', keyFile: 'f' }, 'keyFile: certificateFile and keyFile go together'],
    [{ name: 'w', kind: 'webhook', url: 'http://example.org' }, 'url: Invalid URL'],
    [{ name: 'w', kind: 'webhook', url: 'https://a:b@example.org' }, 'url: must not have a name or a password in it'],
  ])('refuses %j', (sink, problem) => {
    expect(messages([sink])).toEqual([`0.${problem}`]);
  });

  it('knows each sink by its name', () => {
    expect(messages([MAIL, MAIL])).toEqual(['1.name: is the name of another sink']);
  });

  it('shows where sinks send to without the path, in which receivers keep secrets', () => {
    const [sink] = AlertSinkConfigs.parse([{ name: 'w', kind: 'webhook', url: 'https://example.org/T0/secret?key=1' }]);
    expect(sink === undefined ? '' : targetOf(sink)).toBe('https://example.org');
  });
});
