import { MAX_WATCHES, ruleHostsSchema, ruleTriggerSchema, type ThresholdWatch } from '@sonde/contract'
import type { Db } from '@sonde/db'
import { hostsOfRule } from './rule-hosts.ts'

/** How old an answer may be: a changed rule reaches its hosts within this and a heartbeat. */
const FRESH_MS = 5_000

/** Which thresholds each host is to watch: read for all hosts at once, however many send heartbeats meanwhile. */
export class WatchBook {
  #read: Promise<ReadonlyMap<string, ThresholdWatch[]>> | null = null
  #readAtMs = 0

  async of(db: Db, hostId: string): Promise<ThresholdWatch[]> {
    const nowMs = performance.now()
    if (this.#read === null || nowMs - this.#readAtMs > FRESH_MS) {
      this.#readAtMs = nowMs
      this.#read = readWatches(db)
      // The next one asks again, rather than for ever getting this error.
      this.#read.catch(() => {
        this.#read = null
      })
    }
    return (await this.#read).get(hostId) ?? []
  }
}

async function readWatches({ pool }: Db): Promise<ReadonlyMap<string, ThresholdWatch[]>> {
  const { rows } = await pool.query<{ id: string; trigger: unknown; hosts: unknown }>(
    `SELECT id, trigger, hosts FROM rules WHERE enabled AND trigger->>'kind' = 'threshold' ORDER BY created_at, id`,
  )
  const watches = new Map<string, ThresholdWatch[]>()
  for (const row of rows) {
    // One rule that cannot be read (of a newer server, say) must not keep heartbeats from being answered.
    const trigger = ruleTriggerSchema.safeParse(row.trigger).data
    const selector = ruleHostsSchema.safeParse(row.hosts).data
    if (trigger?.kind !== 'threshold' || selector === undefined) continue
    const { kind: _, ...threshold } = trigger
    for (const host of await hostsOfRule(pool, selector)) {
      const own = watches.get(host.id) ?? []
      if (own.length < MAX_WATCHES) watches.set(host.id, [...own, { ...threshold, ruleId: row.id }])
    }
  }
  return watches
}
