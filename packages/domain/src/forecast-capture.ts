import type { Actor, CaptureSpec, ForecastAnswer } from '@sonde/contract'
import type { App } from './app.ts'
import { askHosts, failureOf, type HostAnswer } from './ask-hosts.ts'
import { authorize } from './authorize.ts'

/** A host plans, attaches, counts for a second and detaches; many probes take some seconds to attach and detach. */
export const FORECAST_TIMEOUT_MS = 20_000

/**
 * What the spec would cost on each host, from a dry count there: its probes are attached for a second, counted, and detached. Nothing is
 * recorded. Throws `not-found`; a host that cannot answer, or does not let itself be counted, says so in its row.
 */
export async function forecastCapture(
  actor: Actor,
  app: App,
  input: { hostIds: string[]; spec: CaptureSpec },
): Promise<Array<{ hostId: string; hostName: string; forecast: ForecastAnswer }>> {
  authorize(actor, 'host.count')
  const results = await askHosts(app, [...new Set(input.hostIds)], { kind: 'forecast', spec: input.spec }, FORECAST_TIMEOUT_MS)
  return results.map((result) => ({ hostId: result.hostId, hostName: result.hostName, forecast: forecastOf(result) }))
}

function forecastOf(result: HostAnswer): ForecastAnswer {
  if ('failure' in result)
    return { ok: false, reason: result.failure, message: failureOf(result.failure, result.hostName, FORECAST_TIMEOUT_MS).message }
  if (result.answer.kind === 'forecast') return result.answer.forecast
  // An agent of an older version does not know the question.
  return {
    ok: false,
    reason: 'internal',
    message: result.answer.kind === 'error' ? result.answer.message : 'the host gave another answer than asked for',
  }
}
