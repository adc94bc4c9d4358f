import type { App } from './app.ts'
import type { ComparisonSide } from './comparison-side.ts'

/** Builds of programs that the hosts of a side ran while it was recorded, by path of the executable, as far as their agents said. */
export type SideBuilds = ReadonlyMap<string, ReadonlySet<string>>

export async function readBuilds(app: App, { targets, view }: ComparisonSide): Promise<SideBuilds> {
  const starts = targets.flatMap(({ startedAt }) => (startedAt ? [startedAt.getTime()] : []))
  if (starts.length === 0) return new Map()
  const { rows } = await app.db.pool.query<{ path: string; build_id: string }>(
    `SELECT DISTINCT path, build_id FROM host_builds
     WHERE host_id = ANY($1) AND seen_at <= $3 AND (gone_at IS NULL OR gone_at >= $2)`,
    [targets.map(({ hostId }) => hostId), new Date(Math.min(...starts)), view.endedAt ?? view.serverNow],
  )
  const builds = new Map<string, Set<string>>()
  for (const { path, build_id } of rows) builds.set(path, (builds.get(path) ?? new Set()).add(build_id))
  return builds
}

/** Paths of programs that ran on both sides, in builds that are not the same. */
export function otherBuilds(a: SideBuilds, b: SideBuilds): string[] {
  const list = (builds: ReadonlySet<string> | undefined) => [...(builds ?? [])].sort().join()
  return [...a.keys()].filter((path) => b.has(path) && list(a.get(path)) !== list(b.get(path))).sort()
}
