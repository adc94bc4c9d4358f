import { appendFile, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { EMPTY_QUALITY } from '@sonde/contract'
import pino from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Journal, type JournalEntry } from './journal.ts'
import { COMMAND } from './testing/scripted-tracing.ts'
import { temporaryFolder } from './testing/temporary-folder.ts'

const log = pino({ level: 'silent' })
const target = (captureId: string, attempt = 1) => ({ captureId, attempt })

async function open(folder: string): Promise<Journal> {
  const journal = await Journal.open(folder, log)
  onTestFinished(() => journal.close().catch(() => undefined))
  return journal
}

const STORY: JournalEntry[] = [
  { type: 'accepted', target: target('done-1'), atMs: 1 },
  { type: 'attached', target: target('done-1'), commands: [COMMAND] },
  { type: 'accepted', target: target('cut-1'), atMs: 2 },
  { type: 'ended', target: target('done-1'), outcome: { kind: 'finish', quality: EMPTY_QUALITY, recordedMs: 5, chunkCount: 1 } },
  { type: 'settled', target: target('done-1'), state: 'done' },
  { type: 'attached', target: target('cut-1'), commands: [COMMAND] },
  { type: 'accepted', target: target('refused-e-1'), atMs: 3 },
  {
    type: 'ended',
    target: target('refused-e-1'),
    outcome: { kind: 'end', report: { state: 'refused', reason: 'busy', message: 'zwei Läufe\nschon' } },
  },
  { type: 'accepted', target: target('dropped-1'), atMs: 4 },
  { type: 'dropped', target: target('dropped-1') },
]

describe('Journal', () => {
  it('tells after reopening what it told before, also when it was compacted in between', async () => {
    const folder = await temporaryFolder()
    const first = await open(folder)
    for (const entry of STORY) await first.append(entry)
    const before = { unsettled: first.unsettled(), done: first.get(target('done-1')) }
    await first.close()
    for (let reopened = 0; reopened < 3; reopened++) {
      const again = await open(folder)
      expect(again.unsettled()).toEqual(before.unsettled)
      expect(again.get(target('done-1'))?.settled).toBe(true)
      expect(again.get(target('dropped-1'))).toBeUndefined()
      await again.close()
    }
    expect(before.unsettled.map((record) => record.target.captureId)).toEqual(['cut-1', 'refused-e-1'])
    expect(before.unsettled[0]).toMatchObject({ commands: [COMMAND], outcome: null })
  })

  it('tolerates a file cut at any byte: every whole line counts, and the next entry is not lost with the torn one', async () => {
    const source = await temporaryFolder()
    const journal = await open(source)
    for (const entry of STORY) await journal.append(entry)
    await journal.close()
    const whole = await readFile(path.join(source, 'journal.ndjson'))
    const folder = await temporaryFolder()
    const file = path.join(folder, 'journal.ndjson')
    for (let cut = 0; cut <= whole.length; cut += cut % 7 === 0 ? 3 : 4) {
      await writeFile(file, whole.subarray(0, cut))
      const wholeLines = whole.subarray(0, cut).toString('latin1').split('\n').length - 1
      const accepted = new Set(STORY.slice(0, wholeLines).flatMap((e) => (e.type === 'accepted' ? [e.target.captureId] : [])))
      if (STORY.slice(0, wholeLines).some((e) => e.type === 'dropped')) accepted.delete('dropped-1')
      const torn = await Journal.open(folder, log)
      for (const id of ['done-1', 'cut-1', 'refused-e-1', 'dropped-1']) expect(torn.get(target(id)) !== undefined).toBe(accepted.has(id))
      await torn.append({ type: 'accepted', target: target('next-1'), atMs: 9 })
      await torn.close()
      const after = await Journal.open(folder, log)
      expect(after.get(target('next-1'))).toMatchObject({ acceptedAtMs: 9, settled: false })
      await after.close()
    }
  })

  it('skips a damaged line in the middle and keeps what is around it', async () => {
    const folder = await temporaryFolder()
    const first = await open(folder)
    await first.append({ type: 'accepted', target: target('before-1'), atMs: 1 })
    await first.close()
    await appendFile(path.join(folder, 'journal.ndjson'), '{"type":"accepted","target":{"captureId":\n\0\0\0\0\n{"type":"else"}\n')
    const second = await open(folder)
    await second.append({ type: 'accepted', target: target('after-1'), atMs: 2 })
    await second.close()
    const third = await open(folder)
    expect(third.unsettled().map((record) => record.target.captureId)).toEqual(['before-1', 'after-1'])
  })

  it('stays small: settled targets are forgotten but for the last thousand, open ones never', async () => {
    const folder = await temporaryFolder()
    const journal = await open(folder)
    await journal.append({ type: 'accepted', target: target('open-1'), atMs: 0 })
    const commands = [{ ...COMMAND, program: 'x'.repeat(20_000) }]
    const count = 1_100
    for (let i = 0; i < count; i++) {
      await Promise.all([
        journal.append({ type: 'accepted', target: target(`many-${i}`), atMs: i }),
        journal.append({ type: 'attached', target: target(`many-${i}`), commands }),
        journal.append({ type: 'settled', target: target(`many-${i}`), state: 'done' }),
      ])
    }
    expect((await stat(path.join(folder, 'journal.ndjson'))).size).toBeLessThan(3 * 1024 * 1024)
    await journal.close()
    const again = await open(folder)
    expect(again.get(target('open-1'))?.settled).toBe(false)
    expect(again.get(target(`many-${count - 1}`))?.settled).toBe(true)
    expect(again.get(target('many-0'))).toBeUndefined()
  })

  it('writes in the order it was asked, and each attempt is a target of its own', async () => {
    const folder = await temporaryFolder()
    const journal = await open(folder)
    await Promise.all(Array.from({ length: 50 }, (_, i) => journal.append({ type: 'accepted', target: target('same-1', i + 1), atMs: i })))
    expect(journal.unsettled().map((record) => record.target.attempt)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1))
  })
})
