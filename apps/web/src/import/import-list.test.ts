import { IMPORTED_FILE_LIMITS } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { type ImportAction, type ImportItem, importList } from './import-list.ts'

const file = (key: number, sizeBytes = 100, isFolder = false) => ({ key, name: `${key}.txt`, sizeBytes, isFolder })
const after = (actions: ImportAction[]): ImportItem[] => actions.reduce<ImportItem[]>((items, action) => importList(items, action), [])
const phases = (actions: ImportAction[]) => after(actions).map((item) => item.phase)
const added = (...files: ReturnType<typeof file>[]): ImportAction => ({ type: 'added', files })

describe('importList', () => {
  it('follows a file to its capture', () => {
    const steps: ImportAction[] = [added(file(1)), { type: 'started', key: 1 }, { type: 'sent', key: 1, bytes: 40 }]
    expect(after(steps)).toMatchObject([{ phase: 'sending', sentBytes: 40 }])
    steps.push({ type: 'sent', key: 1, bytes: 100 })
    expect(after(steps)).toMatchObject([{ phase: 'reading', sentBytes: 100 }])
    steps.push({ type: 'done', key: 1, captureId: 'abcd' })
    expect(after(steps)).toMatchObject([{ phase: 'done', captureId: 'abcd', error: null }])
  })

  it('refuses what need not be sent, each with its reason', () => {
    const items = after([added(file(1, 0), file(2, IMPORTED_FILE_LIMITS.fileBytes + 1), file(3, 4096, true), file(4))])
    expect(items.map((item) => item.phase)).toEqual(['failed', 'failed', 'failed', 'waiting'])
    expect(items.map((item) => item.error)).toEqual([
      'It is empty.',
      expect.stringContaining('256 MiB'),
      expect.stringContaining('folder'),
      null,
    ])
    expect(phases([added(file(5, IMPORTED_FILE_LIMITS.fileBytes))])).toEqual(['waiting'])
  })

  it('lets what is cancelled or over change no more, whatever comes late', () => {
    const late: ImportAction[] = [
      { type: 'started', key: 1 },
      { type: 'sent', key: 1, bytes: 100 },
      { type: 'done', key: 1, captureId: 'abcd' },
      { type: 'failed', key: 1, error: 'no' },
    ]
    expect(phases([added(file(1)), { type: 'cancelled', key: 1 }, ...late])).toEqual(['cancelled'])
    expect(phases([added(file(1)), ...late, { type: 'cancelled', key: 1 }])).toEqual(['done'])
  })

  it('clears what is over, by itself when further files come', () => {
    const over: ImportAction[] = [added(file(1, 0), file(2), file(3)), { type: 'cancelled', key: 2 }, { type: 'started', key: 3 }]
    expect(after([...over, { type: 'cleared' }]).map((item) => item.key)).toEqual([3])
    expect(after([...over, added(file(4))]).map((item) => item.key)).toEqual([3, 4])
  })
})
