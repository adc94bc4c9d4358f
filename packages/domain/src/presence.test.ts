import { PRESENCE_GONE_MS } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { Presence } from './presence.ts'

const ada = { id: 'ada', name: 'Ada' }
const vera = { id: 'vera', name: 'Vera' }

function world() {
  let now = 1_000_000
  const presence = new Presence(() => now)
  const pass = (ms: number) => {
    now += ms
  }
  return { presence, pass, who: () => presence.list('c').map((one) => `${one.name} ${one.pane}`.trim()) }
}

describe('who has a page open', () => {
  it('is each person once, however many pages they have, in the pane that they pointed at last', () => {
    const { presence, pass, who } = world()
    presence.enter('c', 'page-one', ada)
    pass(10)
    presence.enter('c', 'page-two', ada)
    presence.enter('c', 'page-one', vera)
    expect(who()).toEqual(['Ada', 'Vera'])
    pass(10)
    presence.beat('c', 'page-two', 'ada', 'syscalls')
    presence.beat('c', 'page-one', 'ada', 'flame')
    pass(10)
    presence.beat('c', 'page-two', 'ada', 'heat')
    expect(who()).toEqual(['Ada heat', 'Vera'])
    expect(presence.list('c')[0]?.since.getTime()).toBe(1_000_000)
    presence.leave('c', 'page-two', 'ada')
    expect(who()).toEqual(['Ada flame', 'Vera'])
    presence.leave('c', 'page-one', 'ada')
    expect(who()).toEqual(['Vera'])
    expect(presence.list('another')).toEqual([])
  })

  it('does not count a page that has gone silent, until it speaks again', () => {
    const { presence, pass, who } = world()
    presence.enter('c', 'page-one', ada)
    presence.enter('c', 'page-one', vera)
    pass(PRESENCE_GONE_MS)
    expect(who()).toEqual(['Ada', 'Vera'])
    presence.beat('c', 'page-one', 'ada', '')
    pass(1)
    expect(who()).toEqual(['Ada'])
    presence.beat('c', 'page-one', 'vera', '')
    expect(who()).toEqual(['Ada', 'Vera'])
  })

  it('does not count a page that says it is there without watching', () => {
    const { presence, who } = world()
    presence.beat('c', 'page-one', 'ada', 'flame')
    expect(who()).toEqual([])
    presence.enter('c', 'page-one', ada)
    presence.leave('c', 'page-one', 'ada')
    presence.beat('c', 'page-one', 'ada', 'flame')
    expect(who()).toEqual([])
  })

  it('outlives a connection that is replaced before the old one is known to be dead', () => {
    const { presence, who } = world()
    presence.enter('c', 'page-one', ada)
    presence.enter('c', 'page-one', ada)
    presence.leave('c', 'page-one', 'ada')
    expect(who()).toEqual(['Ada'])
    presence.leave('c', 'page-one', 'ada')
    presence.leave('c', 'page-one', 'ada')
    expect(who()).toEqual([])
  })

  it('counts share links that are open, not their readers', () => {
    const { presence, pass } = world()
    presence.beatLink('c', 'one')
    presence.beatLink('c', 'one')
    presence.beatLink('c', 'two')
    expect([presence.countLinks('c'), presence.countLinks('another')]).toEqual([2, 0])
    expect(presence.list('c')).toEqual([])
    pass(PRESENCE_GONE_MS)
    presence.beatLink('c', 'two')
    pass(1)
    expect(presence.countLinks('c')).toBe(1)
    pass(PRESENCE_GONE_MS)
    expect(presence.countLinks('c')).toBe(0)
  })

  it('is nobody else’s doing: the same page name of two people is two pages', () => {
    const { presence, who } = world()
    presence.enter('c', 'page-one', ada)
    presence.enter('c', 'page-one', vera)
    presence.leave('c', 'page-one', 'vera')
    expect(who()).toEqual(['Ada'])
  })
})
