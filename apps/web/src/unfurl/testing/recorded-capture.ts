import { EMPTY_QUALITY, type TargetQuality } from '@sonde/contract'
import { type AgentHost, acceptTarget, claimWork, finishTarget, runTarget, storeChunk } from '@sonde/domain'
import { manifestOf, refOf, type TestChunk, type World } from '@sonde/domain/testing'

/** Lets hosts record a capture to its end, each with these chunks; the real use cases, as the gateway calls them. */
export async function recordCapture(
  world: World,
  id: string,
  hosts: readonly AgentHost[],
  { chunks, quality, finish = true }: { chunks: (host: AgentHost) => TestChunk[]; quality?: Partial<TargetQuality>; finish?: boolean },
): Promise<void> {
  for (const host of hosts) {
    const mine = chunks(host)
    await claimWork(host, world.app)
    await acceptTarget(host, world.app, refOf(id))
    await runTarget(host, world.app, refOf(id), { commands: [] })
    for (const chunk of mine) await storeChunk(host, world.app, refOf(id), chunk)
    if (!finish) continue
    const report = { manifest: manifestOf(mine), quality: { ...EMPTY_QUALITY, ...quality }, recordedMs: 5_000 }
    await finishTarget(host, world.app, refOf(id), report)
  }
}
