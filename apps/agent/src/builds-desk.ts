import type { HostBuilds } from '@sonde/contract'
import type { BuildWatch } from '@sonde/tracer'
import { errorText } from './durable-file.ts'
import type { Log } from './log.ts'
import { pause } from './pause.ts'

const LOOK_EVERY_MS = 30_000

export type BuildsWatch = Pick<BuildWatch, 'look' | 'report'>

export type BuildsDeskOptions = { watch: BuildsWatch; signal: AbortSignal; log: Log; everyMs?: number }

/** Looks every 30 s which builds of programs run, and hands the heartbeat what the server does not know yet. */
export class BuildsDesk {
  readonly #options: BuildsDeskOptions
  #known: string | null = null

  constructor(options: BuildsDeskOptions) {
    this.#options = options
  }

  /** Looks until the signal fires. Never throws. */
  async run(): Promise<void> {
    const { watch, signal, log, everyMs = LOOK_EVERY_MS } = this.#options
    let failed = false
    while (!signal.aborted) {
      try {
        await watch.look()
        failed = false
      } catch (error) {
        if (!failed) log.warn({ why: errorText(error) }, 'cannot look which builds of programs run; trying again')
        failed = true
      }
      await pause(everyMs, signal)
    }
  }

  /** What the next heartbeat is to carry; undefined: nothing new. How many processes run a build is no news. */
  news(): HostBuilds | undefined {
    const report = this.#options.watch.report()
    return report === null || keyOf(report) === this.#known ? undefined : report
  }

  /** The server has it. */
  answered(report: HostBuilds): void {
    this.#known = keyOf(report)
  }
}

const keyOf = ({ builds, left }: HostBuilds): string =>
  JSON.stringify([left, builds.map(({ name, path, buildId }) => [name, path, buildId])])
