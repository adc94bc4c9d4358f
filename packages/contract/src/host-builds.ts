import * as z from 'zod'
import { hostText } from './text.ts'

/** Which build of a program a host runs, noticed by the agent: main executables alone, by the build id in the file. */
export const hostBuildSchema = z.object({
  /** File name of the executable; for a script, its interpreter's. */
  name: hostText(64),
  /** As the process sees it. */
  path: hostText(300),
  /** Lower-case hex of the GNU build id; of a Go program without one, the beginning of the SHA-256 of its Go build id. */
  buildId: z.string().regex(/^[0-9a-f]{8,128}$/, 'a build id is 8 to 128 hex digits'),
  /** systemd service, without its ending; null for what is in none, as in a container. */
  service: hostText(100).nullable(),
  processes: z.number().int().min(1).max(10_000_000),
  /** When the agent first saw this build running, ms since 1970. */
  sinceMs: z.number().nonnegative().max(8_640_000_000_000_000),
})
export type HostBuild = z.infer<typeof hostBuildSchema>

export const MAX_HOST_BUILDS = 200

/** All that run now and did at the look before. Sent whenever the set changes; `left`: how many found no room. */
export const hostBuildsSchema = z.object({
  builds: z.array(hostBuildSchema).max(MAX_HOST_BUILDS),
  left: z.number().int().nonnegative(),
})
export type HostBuilds = z.infer<typeof hostBuildsSchema>
