import { type CaptureView, isFinal, type TargetState } from '@sonde/contract'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { PolledFeeds } from './polled-feeds.ts'

const target = (state: TargetState) => ({ state }) as CaptureView['targets'][number]
const viewOf = (title: string, state: TargetState) => ({ title, targets: [target(state)] }) as CaptureView

const feedsOfCaptures = () =>
  new PolledFeeds<CaptureView>({ pollMs: 500, isLast: (view) => view.targets.every((one) => isFinal(one.state)) })

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A capture whose view and revision the test sets, and that counts how often it is read. */
function source() {
  const state = { revision: 1 as number | null, view: viewOf('one', 'running'), reads: 0, looks: 0 }
  const read = {
    revision: async () => {
      state.looks++
      return state.revision
    },
    view: async () => {
      state.reads++
      if (state.revision === null) throw new Error('gone')
      return state.view
    },
  }
  const change = (title: string, to: TargetState) => {
    state.view = viewOf(title, to)
    state.revision = (state.revision ?? 0) + 1
  }
  return { state, read, change }
}

async function collect(generator: AsyncGenerator<CaptureView, void>): Promise<string[]> {
  const titles: string[] = []
  for await (const view of generator) titles.push(view.title)
  return titles
}

describe('PolledFeeds', () => {
  it('tells several subscribers the same with one poller, and ends after the final view', async () => {
    const feeds = feedsOfCaptures()
    const { state, read, change } = source()
    const all = [collect(feeds.watch('c', read)), collect(feeds.watch('c', read)), collect(feeds.watch('c', read))]
    await vi.advanceTimersByTimeAsync(2_100)
    expect(feeds.active).toBe(1)
    expect(state.reads).toBe(1) // nothing changed: nothing is read
    expect(state.looks).toBeLessThanOrEqual(5)
    change('two', 'running')
    await vi.advanceTimersByTimeAsync(600)
    change('three', 'done')
    await vi.advanceTimersByTimeAsync(600)
    for (const titles of await Promise.all(all)) expect(titles).toEqual(['one', 'two', 'three'])
    expect(feeds.active).toBe(0)
    expect(state.reads).toBe(3)
  })

  it('gives a later subscriber the newest view at once, and a final capture one view', async () => {
    const feeds = feedsOfCaptures()
    const { read, change } = source()
    const first = collect(feeds.watch('c', read))
    await vi.advanceTimersByTimeAsync(600)
    const late = feeds.watch('c', read)
    expect((await late.next()).value).toMatchObject({ title: 'one' })
    change('end', 'failed')
    await vi.advanceTimersByTimeAsync(600)
    expect((await late.next()).value).toMatchObject({ title: 'end' })
    expect((await late.next()).done).toBe(true)
    expect(await first).toEqual(['one', 'end'])
    expect(await collect(feeds.watch('c', read))).toEqual(['end'])
  })

  it('stops polling with its last subscriber, whether it leaves or is aborted', async () => {
    const feeds = feedsOfCaptures()
    const { state, read } = source()
    const abort = new AbortController()
    const aborted = collect(feeds.watch('c', read, abort.signal))
    const leaving = feeds.watch('c', read)
    await leaving.next()
    await leaving.return()
    expect(feeds.active).toBe(1)
    abort.abort()
    await aborted
    expect(feeds.active).toBe(0)
    const { looks } = state
    await vi.advanceTimersByTimeAsync(5_000)
    expect(state.looks).toBe(looks)
  })

  it('passes an error on to all of them', async () => {
    const feeds = feedsOfCaptures()
    const { state, read } = source()
    const all = Promise.allSettled([collect(feeds.watch('c', read)), collect(feeds.watch('c', read))])
    await vi.advanceTimersByTimeAsync(100)
    state.revision = null
    await vi.advanceTimersByTimeAsync(600)
    expect((await all).map((r) => r.status)).toEqual(['rejected', 'rejected'])
    expect(feeds.active).toBe(0)
  })

  it('gives a slow reader the newest view, not a backlog', async () => {
    const feeds = feedsOfCaptures()
    const { read, change } = source()
    const slow = feeds.watch('c', read)
    await slow.next()
    for (let i = 0; i < 10; i++) {
      change(`v${i}`, 'running')
      await vi.advanceTimersByTimeAsync(600)
    }
    expect((await slow.next()).value).toMatchObject({ title: 'v9' })
    await slow.return()
  })
})
