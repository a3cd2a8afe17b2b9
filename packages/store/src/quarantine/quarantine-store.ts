import {
  type Quarantine,
  type QuarantineState,
  type QuarantineStore,
  type RuleStanding,
  STOP_KIND,
} from '@bulkhead/control-plane';
import { type Kysely, type Selectable, sql } from 'kysely';
import { keptText } from '../kept-text.ts';
import type { Tables } from '../schema/tables.ts';
import { unlessHeld } from './unless-held.ts';

/** What is cut off by command, over either database. */
export class KyselyQuarantineStore implements QuarantineStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async ofNode(node: string): Promise<readonly Quarantine[]> {
    const rows = await this.#db
      .selectFrom('quarantine')
      .selectAll()
      .where('node', '=', keptText(node))
      .where('ended_at', 'is', null)
      .orderBy('id')
      .execute();
    return rows.map(toQuarantine);
  }

  async add({ node, netns, workload, cause, reason, since }: Parameters<QuarantineStore['add']>[0]): Promise<void> {
    await this.#db
      .insertInto('quarantine')
      .values({
        node: keptText(node),
        netns: keptText(netns),
        workload: keptText(workload),
        cause: cause.kind,
        cause_name: keptText(cause.name),
        reason: keptText(reason),
        since,
        state: 'done',
      })
      .onConflict(unlessHeld)
      .execute();
  }

  async note(id: number, state: QuarantineState, problem?: string): Promise<void> {
    const set = { state, problem: problem === undefined ? null : keptText(problem) };
    await this.#db.updateTable('quarantine').set(set).where('id', '=', id).execute();
  }

  async end({ node, netns }: { node: string; netns: string }, by: string, at: string): Promise<void> {
    await this.#db
      .updateTable('quarantine')
      .set({ ended_at: at, ended_by: keptText(by) })
      .where('node', '=', keptText(node))
      .where('netns', '=', keptText(netns))
      .where('ended_at', 'is', null)
      .execute();
  }

  async standing(): Promise<ReadonlyMap<string, RuleStanding>> {
    const holding = await this.#db
      .selectFrom('quarantine')
      .select(['cause_name', sql<number | string>`count(*)`.as('held')])
      .where('cause', '=', 'rule')
      .where('ended_at', 'is', null)
      .groupBy('cause_name')
      .execute();
    const stops = await this.#db
      .selectFrom('incident')
      .select(['rule', 'id', 'first_seen'])
      .where('state', 'in', ['open', 'acknowledged'])
      .where('kind', '=', STOP_KIND)
      .execute();
    const standing = new Map<string, RuleStanding>(
      holding.map(({ cause_name, held }) => [cause_name, { held: Number(held) }]),
    );
    for (const { rule, id, first_seen: since } of stops) {
      standing.set(rule, { held: standing.get(rule)?.held ?? 0, stopped: { incident: id, since } });
    }
    return standing;
  }

  async prune(before: string): Promise<void> {
    await this.#db
      .deleteFrom('quarantine')
      .where((where) =>
        where.or([
          where('ended_at', '<', before),
          where.and([
            where('since', '<', before),
            where.not(
              where.exists(
                where
                  .selectFrom('workload')
                  .innerJoin('agent', 'agent.id', 'workload.agent_id')
                  .select('workload.id')
                  .whereRef('agent.node', '=', 'quarantine.node')
                  .whereRef('workload.netns', '=', 'quarantine.netns'),
              ),
            ),
          ]),
        ]),
      )
      .execute();
  }
}

function toQuarantine(row: Selectable<Tables['quarantine']>): Quarantine {
  const { id, node, netns, workload, cause: kind, cause_name: name, reason, since, state, problem } = row;
  return {
    id,
    node,
    netns,
    workload,
    cause: { kind, name },
    reason,
    since,
    state,
    ...(problem !== null && { problem }),
  };
}
