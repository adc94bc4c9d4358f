/** Steps that people count in: 1, 2, 5, 10 … */
const NICE = [1, 2, 5, 10] as const
/** Steps of time, in s: as clocks have them. */
const TIME_STEPS_S = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300] as const

/** From 0 to at least `max` in at most about `count` round steps; the last one is the axis' end. `[0, 1]` where there is nothing. */
export function valueTicks(max: number, count: number): number[] {
  if (!(max > 0) || !Number.isFinite(max)) return [0, 1]
  const rough = max / Math.max(1, count)
  const size = 10 ** Math.floor(Math.log10(rough))
  const step = (NICE.find((nice) => nice * size >= rough * 0.9999) ?? 10) * size
  const steps = Math.max(1, Math.ceil((max / step) * 0.9999))
  // Through the power of ten, so that 3 × 0.1 reads 0.3.
  return Array.from({ length: steps + 1 }, (_, i) => Number((i * step).toPrecision(12)))
}

/** Times of an axis of `domainMs`, as many as fit `count`: multiples of a step that clocks know. */
export function timeTicks(domainMs: number, count: number): number[] {
  if (!(domainMs > 0)) return [0]
  const rough = domainMs / 1_000 / Math.max(1, count)
  const step = (TIME_STEPS_S.find((s) => s >= rough * 0.9999) ?? Math.ceil(rough / 60) * 60) * 1_000
  return Array.from({ length: Math.floor((domainMs / step) * 1.0001) + 1 }, (_, i) => Number((i * step).toPrecision(12)))
}

/** A moment of a recording: "0 s", "2.5 s", "1:30". One form for all times of an axis of that length. */
export function formatMoment(ms: number, domainMs: number): string {
  if (domainMs > 120_000) {
    const whole = Math.round(ms)
    const rest = (whole % 60_000) / 1_000
    const digits = whole % 1_000 === 0 ? 0 : whole % 100 === 0 ? 1 : 3
    return `${Math.floor(whole / 60_000)}:${rest < 10 ? '0' : ''}${rest.toFixed(digits)}`
  }
  return `${Number((ms / 1_000).toFixed(ms % 100 === 0 ? 1 : 3))}\u00a0s`
}

/** A stretch of a recording: "12–14.5 s", "1:00–1:30". */
export function formatMoments(fromMs: number, toMs: number, domainMs: number): string {
  if (domainMs > 120_000) return `${formatMoment(fromMs, domainMs)}–${formatMoment(toMs, domainMs)}`
  return `${formatMoment(fromMs, domainMs).replace('\u00a0s', '')}–${formatMoment(toMs, domainMs)}`
}
