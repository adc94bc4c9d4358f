import type { Heartbeat, HeartbeatReply } from '@sonde/contract'
import type { AgentHost } from './agent-host.ts'
import type { App } from './app.ts'
import { hostName } from './enrol-host.ts'
import { fireTrips } from './fire-trips.ts'
import { recordBuilds } from './record-builds.ts'
import { recordCatalogues } from './record-catalogues.ts'
import { storableJson } from './storable.ts'

/**
 * The host is there, this is its load; facts, labels, catalogues and builds where they changed, and thresholds that tripped. Says which of those
 * catalogues the server lacks, and which thresholds the host is to watch.
 */
export async function recordHeartbeat(host: AgentHost, app: App, beat: Heartbeat): Promise<HeartbeatReply> {
  await app.db.pool.query(
    `UPDATE hosts SET last_seen_at = now(), load = $2, facts = coalesce($3::jsonb, facts), labels = coalesce($4::jsonb, labels),
       name = coalesce($5, name)
     WHERE id = $1`,
    [
      host.id,
      storableJson(beat.load),
      beat.facts ? storableJson(beat.facts) : null,
      beat.labels ? JSON.stringify(beat.labels) : null,
      beat.facts ? hostName(beat.facts.hostname) : null,
    ],
  )
  const missingCatalogues = beat.catalogues ? await recordCatalogues(host, app, beat.catalogues) : []
  if (beat.builds) await recordBuilds(host, app, beat.builds)
  await fireTrips(host, app, beat.trips ?? [])
  return { missingCatalogues, watches: await app.watches.of(app.db, host.id) }
}
