import { FINAL_STATES, isFinal, TARGET_STATES, type TargetState } from '@sonde/contract'
import { seededRandom } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { ACTIVE_STATES, INGEST_STATES, TARGET_TRANSITIONS, type TransitionName } from './target-transitions.ts'

const table = Object.entries(TARGET_TRANSITIONS)
const LIFE = ['queued', 'offered', 'accepted', 'running', 'uploading', 'done'] as const
const ORDER: readonly TargetState[] = LIFE
const rank = (state: TargetState) => ORDER.indexOf(state)
const allows = (name: TransitionName, state: TargetState) => TARGET_TRANSITIONS[name].from.some((s) => s === state)

describe('the table of transitions', () => {
  it('leaves no final state but lost, and that one only on the word of the agent', () => {
    for (const [name, { from }] of table) {
      for (const state of from) if (isFinal(state)) expect([name, state]).toEqual([expect.stringMatching(/^(complete|fail|stop)$/), 'lost'])
    }
  })

  it('never skips a step on the way to done, and goes back only to queue again', () => {
    for (const [name, { from, to }] of table) {
      if (rank(to) < 0) continue
      for (const state of from) {
        if (name === 'takeBack') expect([state, to]).toEqual(['offered', 'queued'])
        else if (state === 'lost') expect(to).toBe('done')
        else expect(rank(to)).toBe(rank(state) + 1)
      }
    }
  })

  it('reaches every state, and can end every state that is not final', () => {
    const reachable = new Set<TargetState>(['queued'])
    for (let grown = true; grown; ) {
      grown = false
      for (const [, { from, to }] of table) {
        if (!reachable.has(to) && from.some((s) => reachable.has(s))) {
          reachable.add(to)
          grown = true
        }
      }
    }
    expect([...reachable].sort()).toEqual([...TARGET_STATES].sort())
    for (const state of TARGET_STATES) {
      if (!isFinal(state)) expect(table.some(([, t]) => t.from.some((s) => s === state) && isFinal(t.to))).toBe(true)
    }
  })

  it('stamps an end exactly on final states, and a lease on every state that agents work in', () => {
    for (const [name, { to, stamp }] of table) {
      expect([name, stamp.includes('ended_at = now()')]).toEqual([name, isFinal(to)])
      if (ACTIVE_STATES.some((s) => s === to)) expect([name, stamp]).toEqual([name, expect.stringContaining('lease_until')])
    }
    expect(INGEST_STATES.filter((s) => isFinal(s))).toEqual(['lost'])
  })

  it('ends every random order of events in one final state that stays, without ever skipping', () => {
    const random = seededRandom(7)
    const names = table.map(([name]) => name) as TransitionName[]
    for (let run = 0; run < 2_000; run++) {
      let state: TargetState = 'queued'
      const seen: TargetState[] = [state]
      for (let i = 0; i < 60; i++) {
        const name = names[Math.floor(random() * names.length)]
        if (!name || !allows(name, state)) continue
        const before: TargetState = state
        state = TARGET_TRANSITIONS[name].to
        seen.push(state)
        if (isFinal(before)) expect(before).toBe('lost')
      }
      if (state === 'done' && !seen.includes('lost')) expect(LIFE.every((s) => seen.includes(s))).toBe(true)
      const finals = seen.filter((s) => FINAL_STATES.some((f) => f === s))
      expect(finals.length).toBeLessThanOrEqual(2)
      if (finals.length === 2) expect(finals[0]).toBe('lost')
    }
  })
})
