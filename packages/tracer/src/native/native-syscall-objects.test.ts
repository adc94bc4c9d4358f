import { syscallObjectSchema } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import type { HelperLine } from './helper-lines.ts'
import { NativeSyscallObjects } from './native-syscall-objects.ts'

const line = (over: Partial<Record<string, unknown>> = {}): HelperLine => ({
  type: 'object',
  pid: 7,
  nr: 0,
  kind: 'file',
  name: '/etc/hosts',
  id: 'fe00:1',
  calls: 1,
  errors: 0,
  bytes: 0,
  totalNs: 10,
  over: false,
  ...over,
})
const shown = (objects: NativeSyscallObjects) => objects.snapshot(() => false)
const ofLines = (...lines: HelperLine[]) => {
  const objects = new NativeSyscallObjects()
  for (const one of lines) expect(objects.add(one)).toBe(true)
  return objects
}

describe('files and addresses of the native helper', () => {
  it('the last word on a row counts; one that is over is kept and the next begins at 0', () => {
    const rows = ofLines(
      line({ calls: 3 }),
      line({ calls: 5 }),
      line({ calls: 9, over: true }),
      line({ calls: 2, bytes: 4 }),
      line({ calls: 4, bytes: 8 }),
    )
    expect(shown(rows)).toEqual({
      rows: [{ pid: 7, nr: 0, kind: 'file', name: '/etc/hosts', calls: 13, errors: 0, bytes: 8, totalNs: 20 }],
      lost: 0,
    })
  })

  it('several sockets to one address are one row, as are files of one name', () => {
    const rows = ofLines(
      line({ name: '10.0.0.1:5432', id: '8:1', calls: 3 }),
      line({ name: '10.0.0.1:5432', id: '8:2', calls: 4 }),
      line({ name: '10.0.0.1:5432', id: '8:2', nr: 1, calls: 5 }),
    )
    expect(shown(rows).rows.map((row) => [row.nr, row.calls])).toEqual([
      [0, 7],
      [1, 5],
    ])
  })

  it('of each process and call the largest by calls, by bytes and by errors', () => {
    const many = Array.from({ length: 200 }, (_, i) => line({ kind: 'path', id: '', name: `/f${i}`, calls: 1_000 - i }))
    const rows = shown(
      ofLines(
        ...many,
        line({ kind: 'path', id: '', name: '/large', bytes: 5 }),
        line({ kind: 'path', id: '', name: '/missing', errors: 1 }),
        line({ pid: 8, name: '/etc/other', id: 'x' }),
      ),
    ).rows
    expect(rows.filter((row) => row.pid === 8)).toHaveLength(1)
    const names = rows.filter((row) => row.pid === 7).map((row) => row.name)
    expect(names).toEqual([...Array.from({ length: 10 }, (_, i) => `/f${i}`), '/large', '/missing'])
    for (const row of rows) expect(syscallObjectSchema.parse(row)).toEqual(row)
  })

  it('what finds no room is counted once, what the kernel had no room for as well', () => {
    const objects = new NativeSyscallObjects(2)
    for (const name of ['a', 'b', 'c', 'd']) for (const calls of [1, 2]) objects.add(line({ kind: 'path', id: '', name, calls }))
    objects.add(line({ kind: 'path', id: '', name: 'c', calls: 3, over: true }))
    objects.add(line({ kind: 'path', id: '', name: 'a', calls: 6, over: true }))
    objects.lostInKernel = 10
    expect(shown(objects).rows.map((row) => [row.name, row.calls])).toEqual([
      ['a', 6],
      ['b', 2],
    ])
    expect(shown(objects).lost).toBe(13)
  })

  it('leaves the tracers out, and takes no line that is not of the form', () => {
    expect(ofLines(line()).snapshot((pid) => pid === 7).rows).toEqual([])
    const objects = new NativeSyscallObjects()
    for (const wrong of [{ pid: -1 }, { kind: 'none' }, { name: 5 }, { calls: '3' }, { bytes: 1.5 }, { id: null }, { totalNs: undefined }])
      expect(objects.add(line(wrong))).toBe(false)
    expect(shown(objects).rows).toEqual([])
  })

  it('a name of any length and content is data', () => {
    const name = `<img src=x>\u202e${'x'.repeat(10_000)}`
    expect(shown(ofLines(line({ name }))).rows[0]?.name).toBe(name.slice(0, 256))
  })
})
