import { CliError, EXIT } from './exit-codes.ts'

const UNITS_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** `30s`, `1.5m`, `500ms`, `7d` → milliseconds. Throws `usage`: a number without a unit could be anything. */
export function parseDuration(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? []
  const factor = UNITS_MS[unit as keyof typeof UNITS_MS]
  if (amount === undefined || factor === undefined)
    throw new CliError(EXIT.usage, `${JSON.stringify(text.slice(0, 60))} is no duration: write 30s, 2m, 7d`)
  return Math.round(Number(amount) * factor)
}
