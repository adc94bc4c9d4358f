import { describe, expect, it } from 'vitest'
import { ZoomEchoes } from './zoom-echo.ts'

describe('ZoomEchoes', () => {
  it('takes an echo once, and with it all older ones', () => {
    const echoes = new ZoomEchoes()
    echoes.sent(5, 0)
    echoes.sent(9, 10)
    // The owner answers late and out of step: 5 arrives after 9 was sent.
    expect(echoes.take(5, 20)).toBe(true)
    expect(echoes.take(9, 30)).toBe(true)
    expect(echoes.take(9, 40)).toBe(false)
    echoes.sent(1, 50)
    echoes.sent(2, 50)
    expect(echoes.take(2, 60)).toBe(true)
    expect(echoes.isDue(60)).toBe(false)
  })
  it('gives the owner back the word after a while', () => {
    const echoes = new ZoomEchoes()
    echoes.sent(5, 0)
    expect(echoes.isDue(500)).toBe(true)
    expect(echoes.take(5, 1500)).toBe(false)
    expect(echoes.isDue(1500)).toBe(false)
  })
  it('follows the numbers of a newer tree', () => {
    const echoes = new ZoomEchoes()
    echoes.sent(5, 0)
    echoes.renumber((node) => node * 2)
    expect(echoes.take(10, 1)).toBe(true)
  })
})
