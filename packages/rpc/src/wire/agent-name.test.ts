import { expect, it } from 'vitest';
import { agentOfUri, agentUri } from './agent-name.ts';

it('names an agent by a URI and knows it again', () => {
  expect(agentOfUri(agentUri('7f3c-1'))).toBe('7f3c-1');
});

it.each([
  'bulkhead://agent/',
  'bulkhead://agent/../api',
  'bulkhead://agent/A',
  'bulkhead://api/7f3c',
  'https://agent/7f3c',
  '',
])('does not take %j for an agent', (uri) => expect(agentOfUri(uri)).toBeUndefined());
