export type CsvValue = string | number | boolean | null | undefined

/** RFC 4180, lines ended by CRLF. A text that a spreadsheet would take for a formula gets an apostrophe in front. */
export function formatCsv(head: readonly string[], rows: readonly (readonly CsvValue[])[]): string {
  return [head, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('')
}

/** Also behind spaces, and the wide forms: spreadsheets take them all. */
const FORMULA = /^\s*[=+\-@＝＋－＠\t\r\n]/

function field(value: CsvValue): string {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'string') return String(value)
  const safe = FORMULA.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
