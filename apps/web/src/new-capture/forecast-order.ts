import type { ForecastAnswer } from '@sonde/contract'

export type HostForecast = { hostId: string; hostName: string; forecast: ForecastAnswer }

const VERDICTS = ['over-budget', 'sampled', 'ok'] as const

/** Share of the host's budget that is used up first, 0 and above: of cores or of hits, whichever is nearer to its end. */
export function budgetShare(answer: ForecastAnswer): number {
  if (!answer.ok) return 0
  const { cores, hitsPerSecond, budget } = answer.forecast
  return Math.max(share(cores, budget.cores), share(hitsPerSecond, budget.hitsPerSecond))
}

const share = (value: number, of: number) => (of > 0 ? value / of : value > 0 ? Number.POSITIVE_INFINITY : 0)

/** Worst first: hosts that would not run it, then by verdict, then by how much of their budget they would use. */
export function worstFirst(answers: readonly HostForecast[]): HostForecast[] {
  const rank = ({ forecast }: HostForecast) => (forecast.ok ? 1 + VERDICTS.indexOf(forecast.forecast.verdict) : 0)
  return [...answers].sort(
    (a, b) => rank(a) - rank(b) || budgetShare(b.forecast) - budgetShare(a.forecast) || (a.hostName < b.hostName ? -1 : 1),
  )
}

/** How many hosts said what, for one line above the table. */
export function countVerdicts(answers: readonly HostForecast[]): { ok: number; sampled: number; over: number; refused: number } {
  const count = { ok: 0, sampled: 0, over: 0, refused: 0 }
  for (const { forecast } of answers) {
    if (!forecast.ok) count.refused++
    else if (forecast.forecast.verdict === 'ok') count.ok++
    else if (forecast.forecast.verdict === 'sampled') count.sampled++
    else count.over++
  }
  return count
}
