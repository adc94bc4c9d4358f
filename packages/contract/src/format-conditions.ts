import type { Condition } from './condition.ts'

/** Conditions as text that `parseConditions` reads back. */
export function formatConditions(conditions: readonly Condition[]): string {
  return conditions.map((c) => `${c.field} ${c.op} ${typeof c.value === 'number' ? c.value : `"${c.value}"`}`).join(' && ')
}
