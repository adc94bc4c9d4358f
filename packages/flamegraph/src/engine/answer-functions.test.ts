import { FUNCTION_SORTS, findFrame, functionSeries, functionTable, keyOfFrame, orderFunctions, syntheticProfile } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { searchTree } from '../search.ts'
import { answerFunctions, type FunctionsQuestion } from './answer-functions.ts'
import { transferables } from './transferables.ts'

const profile = syntheticProfile({ nodes: 4_000, hosts: 40, seed: 3 })
const table = functionTable(profile)
const ALL: FunctionsQuestion = {
  ...{ selection: {}, search: { text: '', regex: false }, sort: 'self', dir: 'desc', offset: 0, limit: 50, slices: 10, selected: '' },
}

describe('the functions that are on screen', () => {
  it('are the rows of the whole table in its order, page by page', () => {
    for (const sort of FUNCTION_SORTS) {
      const order = orderFunctions(profile, table, { sort, dir: 'asc' })
      const expected = Array.from(order, (row) => keyOfFrame(profile, table.frame[row] ?? 0))
      const keys: string[] = []
      for (let offset = 0; offset < table.length; offset += 120) {
        const { rows, functions, matching } = answerFunctions(profile, { ...ALL, sort, dir: 'asc', offset, limit: 120 })
        expect([functions, matching]).toEqual([table.length, table.length])
        keys.push(...rows.key)
      }
      expect(keys).toEqual(expected)
    }
  })

  it('have the columns of their row', () => {
    const { rows, all } = answerFunctions(profile, ALL)
    expect(rows.length).toBe(50)
    expect(all).toEqual(table.all)
    for (let i = 0; i < rows.length; i++) {
      const frame = findFrame(profile, rows.key[i] ?? '')
      const row = table.frame.indexOf(frame)
      expect([rows.self[i], rows.total[i], rows.hostCount[i]]).toEqual([table.self[row], table.total[row], table.hostCount[row]])
      expect(rows.firstUs?.[i]).toBe(table.firstUs?.[row])
      expect(rows.name[i]).toBe(profile.strings[profile.frames.name[frame] ?? 0])
      expect(rows.hostNames[i]?.length).toBe(Math.min(20, rows.hostCount[i] ?? 0))
      const alone = functionSeries(profile, {}, [frame], { slices: 10 })
      expect(rows.series?.values.subarray(i * 10, i * 10 + 10)).toEqual(alone?.values)
    }
  })

  it('are those that the flame graph marks, whatever is searched for', () => {
    const tree = answerTree()
    for (const search of [
      { text: 'tcp', regex: false },
      { text: '^(sys|vfs).*_1', regex: true },
      { text: 'TCP_', regex: false },
    ]) {
      const labels = searchTree(tree, search)?.labels
      const marked = new Set(tree.labels.filter((_, label) => labels?.[label] === 1))
      const { rows, matching } = answerFunctions(profile, { ...ALL, search, limit: 1000 })
      expect(new Set(rows.name)).toEqual(marked)
      expect(matching).toBe(rows.length)
    }
  })

  it('are none, with the reason, where the pattern cannot be used', () => {
    const answer = answerFunctions(profile, { ...ALL, search: { text: '(', regex: true } })
    expect([answer.matching, answer.rows.length, answer.functions]).toEqual([0, 0, table.length])
    expect(answer.error).toBe(searchTree(answerTree(), { text: '(', regex: true })?.result.error)
    expect(answer.error).toMatch(/^Not a usable pattern: .+\.$/)
  })

  it('come with the selected one, be it on another page, filtered away, or not in the selection', () => {
    const order = orderFunctions(profile, table, { sort: 'self', dir: 'desc' })
    const key = keyOfFrame(profile, table.frame[order[200] ?? 0] ?? 0)
    expect(answerFunctions(profile, { ...ALL, selected: key })).toMatchObject({ selectedAt: 200, selected: { length: 1, key: [key] } })
    const hidden = answerFunctions(profile, { ...ALL, selected: key, search: { text: 'no such name', regex: false } })
    expect(hidden).toMatchObject({ selectedAt: -1, matching: 0, selected: { key: [key] } })
    const empty = answerFunctions(profile, { ...ALL, selected: key, selection: { hostId: 'nobody' } })
    expect(empty).toMatchObject({ functions: 0, selectedAt: -1, selected: null })
    expect(answerFunctions(profile, { ...ALL, selected: 'nonsense' }).selected).toBeNull()
  })

  it('can be asked for again after an answer was handed over', () => {
    const first = answerFunctions(profile, ALL)
    const copy = structuredClone(first)
    structuredClone(first, { transfer: transferables(first, () => false) })
    expect(answerFunctions(profile, ALL)).toEqual(copy)
  })

  it('are of the stacks that transforms leave', () => {
    const key = keyOfFrame(profile, table.frame[orderFunctions(profile, table, { sort: 'total', dir: 'desc' })[3] ?? 0] ?? 0)
    const dropped = answerFunctions(profile, { ...ALL, transforms: [{ kind: 'drop-function', function: key }], selected: key })
    expect(dropped.selected).toBeNull()
    expect(dropped.all.weight).toBeLessThan(table.all.weight)
    expect(answerFunctions(profile, { ...ALL, selected: key }).selected).not.toBeNull()
  })

  it('cannot be asked for without bounds', () => {
    const { rows } = answerFunctions(profile, { ...ALL, offset: -5, limit: 1e9, slices: 1e9 })
    expect(rows.length).toBeLessThanOrEqual(1000)
    expect(rows.series?.slices).toBe(256)
    expect(answerFunctions(profile, { ...ALL, offset: 1e9 }).rows.length).toBe(0)
  })
})

function answerTree() {
  const names = [...new Set(Array.from(table.frame, (frame) => profile.strings[profile.frames.name[frame] ?? 0] ?? ''))]
  return {
    length: names.length + 1,
    labels: ['', ...names],
    label: Uint32Array.from({ length: names.length + 1 }, (_, i) => i),
    depth: Uint16Array.from({ length: names.length + 1 }, (_, i) => (i === 0 ? 0 : 1)),
    total: new Float64Array(names.length + 1).fill(1),
  }
}
