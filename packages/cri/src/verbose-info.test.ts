import { expect, it } from 'vitest';
import { readVerboseInfo } from './verbose-info.ts';

const UNKNOWN = { pid: undefined, network: { kind: 'unknown' } };

function spec(namespaces: readonly object[]): Map<string, string> {
  return new Map([['info', JSON.stringify({ pid: 42, runtimeSpec: { linux: { namespaces } } })]]);
}

it('reads the process and the path of its network namespace', () => {
  const info = spec([{ type: 'pid' }, { type: 'network', path: '/var/run/netns/cni-1' }]);

  expect(readVerboseInfo(info)).toEqual({ pid: 42, network: { kind: 'path', path: '/var/run/netns/cni-1' } });
});

it('tells a namespace that the runtime made from the host network', () => {
  expect(readVerboseInfo(spec([{ type: 'network' }])).network).toEqual({ kind: 'own' });
  expect(readVerboseInfo(spec([{ type: 'pid' }])).network).toEqual({ kind: 'host' });
});

it.each([
  ['nothing', new Map<string, string>()],
  ['text that is not JSON', new Map([['info', '{']])],
  ['JSON of another shape', new Map([['info', '{"pid":"forty-two"}']])],
])('knows nothing from %s', (_what, info) => {
  expect(readVerboseInfo(info)).toEqual(UNKNOWN);
});

it('treats process 0, which containerd reports for one that ended, as none', () => {
  expect(readVerboseInfo(new Map([['info', '{"pid":0}']])).pid).toBeUndefined();
});
