import type { FlowEnd, ReportedWorkload } from '@bulkhead/control-plane';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { AddressBook } from './address-book.ts';

const MINUTE_MS = 60_000;
const clock = { at: 0, now: () => clock.at };
let book: AddressBook;
beforeEach(() => {
  clock.at = 0;
  book = new AddressBook(clock);
});

const workload = (id: string, pod: string, address: string, netns = `/netns/${pod}`): ReportedWorkload => ({
  id,
  name: `container ${id}`,
  namespace: 'shop',
  labels: {},
  owners: [{ kind: 'Pod', name: pod }],
  addresses: [address],
  netns,
});
const end = (name: string): FlowEnd => ({ kind: 'workload', namespace: 'shop', name });

describe('the address book', () => {
  it('knows a pod by its addresses, however they are written, and by its network namespace', () => {
    book.put('a', workload('1', 'web', 'FD00:0::1'));
    book.put('a', workload('2', 'web', 'FD00:0::1'));

    expect(book.who('b', 'fd00::1')).toEqual(end('web'));
    expect(book.at('a', '/netns/web')).toEqual(end('web'));
    expect(book.at('b', '/netns/web')).toBeUndefined();
    expect(book.who('b', 'fd00::2')).toBeUndefined();
    book.remove('a', '1');
    expect(book.who('b', 'fd00::1')).toEqual(end('web'));
  });

  it('takes what an agent says of its own node before what others say, and names nobody where they differ', () => {
    book.put('a', workload('1', 'web', '10.0.0.2'));
    book.put('b', workload('1', 'db', '10.0.0.2'));

    expect(['a', 'b', 'c'].map((agent) => book.who(agent, '10.0.0.2'))).toEqual([end('web'), end('db'), undefined]);
    book.put('b', workload('1', 'web', '10.0.0.2'));
    expect(book.who('c', '10.0.0.2')).toEqual(end('web'));
  });

  it('takes what agents say before what is kept of those that are gone', () => {
    book.put('gone', workload('1', 'old', '10.0.0.2'), 'store');
    expect(book.who('c', '10.0.0.2')).toEqual(end('old'));
    book.put('a', workload('1', 'web', '10.0.0.2'));
    expect(book.who('c', '10.0.0.2')).toEqual(end('web'));

    book.put('b', workload('1', 'db', '10.0.0.2'));
    expect(book.who('c', '10.0.0.2')).toBeUndefined();
    book.unheard('a');
    expect(book.who('c', '10.0.0.2')).toEqual(end('db'));
  });

  it('follows a workload to another address and another network namespace', () => {
    book.put('a', workload('1', 'web', '10.0.0.2'));
    book.put('a', workload('1', 'web', '10.0.0.3'));
    expect([book.who('c', '10.0.0.2'), book.who('c', '10.0.0.3')]).toEqual([undefined, end('web')]);

    book.put('a', workload('1', 'web', '10.0.0.4', '/netns/other'));
    book.put('a', workload('2', 'db', '10.0.0.3'));
    expect([book.who('c', '10.0.0.4'), book.who('c', '10.0.0.3')]).toEqual([end('web'), end('db')]);
  });

  it('knows for a while who has ended, until somebody else has the address', () => {
    book.put('a', workload('1', 'job', '10.0.0.2'));
    book.remove('a', '1');
    clock.at += 14 * MINUTE_MS;
    expect([book.at('a', '/netns/job'), book.who('b', '10.0.0.2')]).toEqual([end('job'), end('job')]);

    book.put('b', workload('1', 'web', '10.0.0.2'));
    expect(book.who('a', '10.0.0.2')).toEqual(end('web'));
    clock.at += 2 * MINUTE_MS;
    book.remove('b', '1');
    expect([book.at('a', '/netns/job'), book.who('a', '10.0.0.2')]).toEqual([undefined, end('web')]);
  });

  it('calls a network namespace of several workloads by the first of them, whatever came first', () => {
    book.put('a', workload('1', 'web', '10.0.0.2', '/netns/x'));
    book.put('a', workload('2', 'db', '10.0.0.2', '/netns/x'));
    expect([book.at('a', '/netns/x'), book.who('b', '10.0.0.2')]).toEqual([end('db'), end('db')]);
  });

  it('keeps nothing of what is long gone, whatever is said in whatever order', () => {
    const step = fc.record({
      agent: fc.constantFrom('a', 'b'),
      id: fc.constantFrom('1', '2', '3'),
      pod: fc.constantFrom('web', 'db', ''),
      address: fc.constantFrom('10.0.0.2', '::1', 'no address', '__proto__'),
      isThere: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const fresh = new AddressBook(clock);
        const there = new Map<string, { agent: string; pod: string; address: string }>();
        for (const { agent, id, pod, address, isThere } of steps) {
          if (isThere) fresh.put(agent, workload(id, pod, address));
          else fresh.remove(agent, id);
          if (isThere) there.set(`${agent} ${id}`, { agent, pod, address });
          else there.delete(`${agent} ${id}`);
        }
        for (const { agent, pod, address } of there.values()) {
          const own = [...there.values()].filter((one) => one.agent === agent && one.address === address);
          const isOne = own.every((one) => one.pod === pod);
          expect(fresh.who(agent, address)).toEqual(isOne ? end(pod) : undefined);
          expect(fresh.at(agent, `/netns/${pod}`)).toEqual(end(pod));
        }
        for (const key of there.keys()) fresh.remove(...(key.split(' ') as [string, string]));
        clock.at += 16 * MINUTE_MS;
        // Whatever ends next has the others be forgotten.
        fresh.put('z', workload('z', 'z', '10.9.9.9'));
        fresh.remove('z', 'z');
        for (const address of ['10.0.0.2', '::1', 'no address', '__proto__']) {
          expect(fresh.who('a', address)).toBeUndefined();
        }
      }),
    );
  });
});
