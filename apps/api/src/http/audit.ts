import { Readable } from 'node:stream';
import type { AuditLog } from '@bulkhead/control-plane';
import type { Clock } from '@bulkhead/core';
import type { FastifyInstance } from 'fastify';
import { actorOf } from '../access/principal.ts';

/**
 * Has every request that changes something, or would have, written down before it is answered: what cannot be written down
 * is answered with a failure. Who is not known at all is only counted, unless it was the door itself: a log that
 * strangers fill is no log.
 */
export function auditChanges(app: FastifyInstance, audit: AuditLog, clock: Clock): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const { action, access, audit: what } = request.routeOptions.config;
    if (action === undefined || (access !== 'public' && request.principal === undefined)) return payload;
    const { target = '', detail = {} } = request.audited;
    const { statusCode } = reply;
    if (what === 'refusals' && statusCode < 400) return payload;
    const outcome = statusCode < 400 ? 'done' : statusCode < 500 ? 'refused' : 'failed';
    // Once: the answer to a failure of this very entry would ask for another.
    if (detail['audit'] === 'failed') return payload;
    try {
      await audit.append({
        at: new Date(clock.now()).toISOString(),
        actor: request.principal === undefined ? 'nobody' : actorOf(request.principal),
        address: request.ip,
        action,
        target,
        outcome,
        detail: outcome === 'done' ? detail : { ...detail, status: statusCode },
      });
    } catch (error) {
      request.audited = { detail: { audit: 'failed' } };
      // A file that is not sent after all is not held for anybody.
      if (payload instanceof Readable) payload.destroy();
      throw error;
    }
    return payload;
  });
}
