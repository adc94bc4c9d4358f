import type { FinishReply, FinishReport, ManifestEntry, TargetRef } from '@sonde/contract'
import { inTransaction } from '@sonde/db'
import type { AgentHost } from './agent-host.ts'
import type { App } from './app.ts'
import { forgetTerms } from './index-captures.ts'
import { conflict, type LockedTarget, lockTarget, step } from './lock-target.ts'
import { INGEST_STATES } from './target-transitions.ts'

/**
 * The recording has ended and this is all of it. The target is done only when the server holds every chunk of the manifest with
 * its hash; until then the reply names what is missing. A recording that was cut short by a cancel ends as cancelled, with
 * its result. Repeating it changes nothing. Throws `not-found`, `conflict` with the state.
 */
export async function finishTarget(host: AgentHost, app: App, ref: TargetRef, report: FinishReport): Promise<FinishReply> {
  // Read before the lock: chunks are never changed or removed while their target lives, and one that comes later is asked for again.
  const stored = await app.blobs.manifest({ captureId: ref.captureId, hostId: host.id, attempt: ref.attempt })
  return await inTransaction(app.db.pool, async (client) => {
    let target = await lockTarget(client, host, ref)
    if (target.state === 'done' || (target.state === 'cancelled' && target.cancelRequested)) return { state: target.state, missing: [] }
    if (!INGEST_STATES.some((s) => s === target.state)) throw conflict(target.state, 'takes no result')
    const facts = { quality: report.quality, recordedMs: report.recordedMs }
    // The report that probes were attached may have been lost; that they were is certain by now.
    if (target.state === 'accepted') target = await step(client, target, 'run')
    if (target.state === 'running') target = await step(client, target, 'upload', facts)
    const { missing, unexpected } = compareManifest(report.manifest, stored)
    if (missing.length > 0) return { state: target.state, missing }
    if (unexpected.length > 0) {
      const message = `The server has part ${unexpected.slice(0, 10).join(', ')} of the result, which the host does not know.`
      target = await step(client, target, 'fail', { reason: 'upload-rejected', message, ...facts })
    } else target = await step(client, target, endOf(target, report), facts)
    await forgetTerms(client, ref.captureId)
    return { state: target.state, missing: [] }
  })
}

/** Whether the cancel came in time to cut the recording short, only the host knows: `partial`. */
function endOf(target: LockedTarget, report: FinishReport): 'complete' | 'stop' {
  return target.cancelRequested && report.quality.partial ? 'stop' : 'complete'
}

/** `missing`: in the manifest, and not stored, or stored as something else. `unexpected`: stored, and not in the manifest. */
export function compareManifest(
  manifest: readonly ManifestEntry[],
  stored: readonly ManifestEntry[],
): { missing: number[]; unexpected: number[] } {
  const have = new Map(stored.map((entry) => [entry.seq, entry]))
  const named = new Set(manifest.map((entry) => entry.seq))
  const same = (a: ManifestEntry, b: ManifestEntry) => a.sha256 === b.sha256 && a.kind === b.kind && a.sizeBytes === b.sizeBytes
  const isMissing = (entry: ManifestEntry) => {
    const there = have.get(entry.seq)
    return there === undefined || !same(entry, there)
  }
  return {
    missing: [...new Set(manifest.filter(isMissing).map((entry) => entry.seq))].sort((a, b) => a - b),
    unexpected: stored.map((entry) => entry.seq).filter((seq) => !named.has(seq)),
  }
}
