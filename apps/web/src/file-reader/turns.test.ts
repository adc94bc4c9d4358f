import { describe, expect, it } from 'vitest'
import { Turns } from './turns.ts'

const never = new AbortController().signal
const tick = () => new Promise((resolve) => setTimeout(resolve))

/** Work that ends when it is told to. */
function job(log: string[], name: string) {
  let end: () => void = () => {}
  const done = new Promise<void>((resolve) => {
    end = resolve
  })
  return {
    end: () => end(),
    run: async () => {
      log.push(name)
      await done
    },
  }
}

describe('Turns', () => {
  it('runs so many at once, the others in the order they came', async () => {
    const turns = new Turns({ atOnce: 2, waiting: 5 })
    const log: string[] = []
    const jobs = ['a', 'b', 'c', 'd'].map((name) => job(log, name))
    const all = jobs.map(({ run }) => turns.take(never, run))
    await tick()
    expect(log).toEqual(['a', 'b'])
    jobs[1]?.end()
    await tick()
    expect(log).toEqual(['a', 'b', 'c'])
    for (const { end } of jobs) end()
    await Promise.all(all)
    expect(log).toEqual(['a', 'b', 'c', 'd'])
  })

  it('refuses when the line is full, and goes on after work that throws', async () => {
    const turns = new Turns({ atOnce: 1, waiting: 1 })
    const log: string[] = []
    const first = job(log, 'first')
    const running = turns.take(never, first.run)
    const waiting = turns.take(never, async () => {
      throw new Error('broken')
    })
    await expect(turns.take(never, async () => {})).rejects.toMatchObject({ code: 'conflict' })
    first.end()
    await running
    await expect(waiting).rejects.toThrow('broken')
    await expect(turns.take(never, async () => 'next')).resolves.toBe('next')
  })

  it('gives up the place of one who leaves', async () => {
    const turns = new Turns({ atOnce: 1, waiting: 2 })
    const log: string[] = []
    const first = job(log, 'first')
    const running = turns.take(never, first.run)
    const abort = new AbortController()
    const left = turns.take(abort.signal, job(log, 'left').run)
    const stayed = turns.take(never, async () => void log.push('stayed'))
    abort.abort(new Error('gone'))
    await expect(left).rejects.toThrow('gone')
    first.end()
    await Promise.all([running, stayed])
    expect(log).toEqual(['first', 'stayed'])
  })
})
