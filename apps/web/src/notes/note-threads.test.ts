import type { CommentPin, CommentView } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { noteThreads, pinnedNotes } from './note-threads.ts'

const syscall = (nr: number | null, process = 'web-1:42'): CommentPin => ({
  ...{ on: 'syscall', process, nr, name: 'fsync', comm: 'checkout', host: 'web-1', view: '' },
})
const note = (id: string, pin: CommentPin, more: Partial<CommentView> = {}): CommentView => ({
  ...{ id, captureId: 'abc123', author: { id: 'u', name: 'U' }, text: id, mentions: [], pin, replyTo: null },
  ...{ createdAt: new Date(0), editedAt: null, deletedAt: null, resolvedAt: null, resolvedBy: null },
  ...more,
})

describe('threads', () => {
  it('keep the order of what began them, and of their answers', () => {
    const notes = [note('a', { on: 'capture' }), note('b', { on: 'capture' }), note('b1', { on: 'capture' }, { replyTo: 'b' })]
    const more = [note('a1', { on: 'capture' }, { replyTo: 'a' }), note('lost', { on: 'capture' }, { replyTo: 'not-here' })]
    expect(noteThreads([...notes, ...more]).map(({ first, answers }) => [first.id, ...answers.map(({ id }) => id)])).toEqual([
      ['a', 'a1'],
      ['b', 'b1'],
    ])
  })
})

describe('pinned notes', () => {
  it('are those of open threads, each once, by what they are on', () => {
    const comments = [
      note('one', syscall(74)),
      note('two', syscall(74)),
      note('settled', syscall(74), { resolvedAt: new Date(1) }),
      note('answer', syscall(74), { replyTo: 'one' }),
      note('of all', syscall(null, '')),
      note('time', { on: 'window', fromMs: 0, toMs: 5, view: '' }),
    ]
    const { rows, frames, windows } = pinnedNotes(comments)
    expect([...rows].map(([row, notes]) => [row, notes.map(({ id }) => id)])).toEqual([['web-1:42:74', ['one', 'two']]])
    expect(frames).toEqual([])
    expect(windows.map(({ id }) => id)).toEqual(['time'])
    expect(pinnedNotes(comments)).toBe(pinnedNotes(comments))
    expect(pinnedNotes(null).rows.size).toBe(0)
  })
})
