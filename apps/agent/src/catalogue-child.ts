import { tryCommand } from '@sonde/tracer'
import { BUILD_CATALOGUE, type CatalogueBuilder, catalogueResultSchema } from './catalogue-job.ts'
import { selfCommand } from './self-command.ts'

/** A slow machine takes minutes over its kernel; for a binary, whoever asked has given up before. */
const TIMEOUT_MS = { kernel: 600_000, binary: 90_000 } as const
/** The kernel's catalogues can wait; at a binary's somebody is looking. */
const NICE = { kernel: 19, binary: 5 } as const

/**
 * Builds catalogues in a process of their own, which is this program again: what it needs for a moment is gone afterwards, and if a
 * hostile file brings it down, the agent stays. It has a low priority, a deadline, and dies with the agent.
 */
export function createCatalogueBuilder(command = selfCommand): CatalogueBuilder {
  return async (job) => {
    const argv = ['nice', '-n', String(NICE[job.what]), ...command([BUILD_CATALOGUE, JSON.stringify(job)])]
    const attempt = await tryCommand(argv, {}, TIMEOUT_MS[job.what])
    // tryCommand reads bytes; the line is UTF-8.
    const text = Buffer.from(attempt.stdout, 'latin1').toString('utf8')
    const parsed = catalogueResultSchema.safeParse(parseJson(text))
    if (attempt.ok && parsed.success) return parsed.data
    const words = attempt.stderr.trim().split('\n').at(-1)?.slice(0, 200)
    return {
      what: 'refused',
      message: `The process that reads what can be probed ended before its time: ${words || 'it printed nothing'}.`,
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
