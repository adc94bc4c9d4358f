import type { CaptureSpec, ForecastAnswer, HostFacts, HostQuery, QueryAnswer } from '@sonde/contract'
import type { CatalogueDesk } from './catalogue-desk.ts'
import { errorText } from './durable-file.ts'
import type { KillSwitch } from './kill-switch.ts'
import type { Tracing } from './tracing.ts'

type QueryContext = {
  tracing: Tracing
  facts: HostFacts
  killSwitch: KillSwitch
  /** Null: this agent does not look into binaries. */
  catalogues: Pick<CatalogueDesk, 'binary'> | null
  signal: AbortSignal
}

/** Answers what a person asks of the live host while setting up a capture. Never throws. */
export async function answerQuery(query: HostQuery, context: QueryContext): Promise<QueryAnswer> {
  const { tracing, facts, killSwitch } = context
  try {
    if (query.kind === 'processes') return { kind: 'processes', processes: await tracing.listProcesses() }
    const disabled = { ok: false, reason: 'disabled', message: killSwitch.sentence } as const
    const isOff = await killSwitch.isOn()
    if (query.kind === 'plan') return { kind: 'plan', preview: isOff ? disabled : await tracing.preview(query.spec, facts) }
    if (query.kind === 'forecast') return { kind: 'forecast', forecast: isOff ? disabled : await forecast(query.spec, context) }
    if (query.kind === 'binary' && context.catalogues !== null) {
      if (isOff) return { kind: 'error', message: killSwitch.sentence }
      return { kind: 'binary', binaries: await context.catalogues.binary(query.ref, await tracing.allowedBinaries()) }
    }
    return { kind: 'error', message: `This agent does not know the question "${query.kind}".` }
  } catch (error) {
    return { kind: 'error', message: errorText(error) }
  }
}

/** The switch also ends a count that is under way. */
async function forecast(spec: CaptureSpec, { tracing, facts, killSwitch, signal }: QueryContext): Promise<ForecastAnswer> {
  const stop = new AbortController()
  const onStop = () => stop.abort()
  const unwatch = killSwitch.watch(onStop)
  signal.addEventListener('abort', onStop, { once: true })
  try {
    const answer = await tracing.forecast(spec, facts, stop.signal)
    return stop.signal.aborted ? { ok: false, reason: 'disabled', message: killSwitch.sentence } : answer
  } finally {
    unwatch()
    signal.removeEventListener('abort', onStop)
  }
}
