import { describe, expect, it } from 'vitest'
import { tableCsv } from './table-csv.ts'

const columns = [
  { head: 'name', cell: (row: { name: string; total: number | null }) => row.name },
  { head: 'total (ns)', cell: (row: { name: string; total: number | null }) => row.total },
]

/** RFC 4180, read by its grammar. */
function parse(csv: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let rest = csv
  while (rest !== '') {
    const match = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(rest)
    if (!match) throw new Error(`not CSV: ${JSON.stringify(rest.slice(0, 60))}`)
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '')
    if (match[3] === '\r\n') {
      rows.push(row)
      row = []
    }
    rest = rest.slice(match[0].length)
  }
  return rows
}

const NASTY = [
  '=1+1',
  '+1',
  '-1',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  ' =1',
  '＝1',
  '"',
  'a,b',
  'a\nb',
  'a\r\nb',
  '',
  "'",
  '<b>',
  '\u202ex',
  '\0',
  'x'.repeat(65_536),
]

describe('tableCsv', () => {
  it('has a line a row, numbers in full, nothing for what is not known', () => {
    expect(
      tableCsv(columns, [
        { name: 'write', total: 123456789012 },
        { name: 'a, "b"', total: null },
        { name: 'c', total: 0.5 },
      ]),
    ).toBe('name,total (ns)\r\nwrite,123456789012\r\n"a, ""b""",\r\nc,0.5\r\n')
  })

  it('keeps rows and columns apart, whatever the names', () => {
    const rows = parse(
      tableCsv(
        columns,
        NASTY.map((name, total) => ({ name, total })),
      ),
    )
    expect(rows.length).toBe(NASTY.length + 1)
    expect(rows.slice(1).map((row) => Number(row[1]))).toEqual(NASTY.map((_, i) => i))
  })

  it('leaves no cell that a spreadsheet would run', () => {
    for (const row of parse(
      tableCsv(
        columns,
        NASTY.map((name, total) => ({ name, total })),
      ),
    )) {
      expect(row[0]).not.toMatch(/^\s*[=+\-@＝＋－＠\t\r\n]/)
      expect(row[0]).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    }
  })

  it('says nothing for numbers that are none', () => {
    expect(
      tableCsv(columns, [
        { name: 'x', total: Number.NaN },
        { name: 'y', total: Number.POSITIVE_INFINITY },
      ]),
    ).toBe('name,total (ns)\r\nx,\r\ny,\r\n')
  })
})
