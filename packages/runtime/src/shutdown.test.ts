import { EventEmitter } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { createShutdown } from './shutdown.ts';

describe('createShutdown', () => {
  it('closes the last part first, and each part only when the one before is closed', async () => {
    const order: string[] = [];
    const signals = new EventEmitter();
    const shutdown = createShutdown({ signals });
    shutdown.onClose('store', () => void order.push('store'));
    shutdown.onClose('workers', async () => {
      await Promise.resolve();
      order.push('workers');
    });

    signals.emit('SIGTERM', 'SIGTERM');

    expect(await shutdown.done).toEqual([]);
    expect(order).toEqual(['workers', 'store']);
    expect(shutdown.signal.aborted).toBe(true);
    expect(signals.listenerCount('SIGTERM')).toBe(0);
  });

  it('closes the rest when a part fails, and names the part', async () => {
    const rest = vi.fn<() => void>();
    const shutdown = createShutdown({ signals: new EventEmitter() });
    shutdown.onClose('rest', rest);
    shutdown.onClose('broken', () => {
      throw new Error('no');
    });

    expect(await shutdown.close('test')).toEqual(['broken']);
    expect(rest).toHaveBeenCalledOnce();
  });

  it('ends at once on a second signal', () => {
    const force = vi.fn<(code: number) => void>();
    const signals = new EventEmitter();
    const shutdown = createShutdown({ signals, force });
    shutdown.onClose('stuck', () => new Promise(() => {}));

    signals.emit('SIGINT', 'SIGINT');
    expect(force).not.toHaveBeenCalled();
    signals.emit('SIGINT', 'SIGINT');

    expect(force).toHaveBeenCalledWith(130);
  });

  it('does not wait for ever for a part that does not close', async () => {
    const forced = Promise.withResolvers<number>();
    const shutdown = createShutdown({ signals: new EventEmitter(), force: forced.resolve, timeoutMs: 1 });
    shutdown.onClose('stuck', () => new Promise(() => {}));

    void shutdown.close('test');

    expect(await forced.promise).toBe(1);
  });
});
