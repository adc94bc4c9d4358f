import { seededRandom } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { between, createCamera, within, ZOOM_MS, zoomAround } from './camera.ts'
import { scrollToShow } from './scroll-to-show.ts'

const WHOLE = { x0: 0, x1: 1000 }

describe('camera', () => {
  it('glides to its target, exactly, and stops', () => {
    const camera = createCamera(WHOLE)
    camera.glide({ x0: 200, x1: 200.5 }, 1000)
    let width = Number.POSITIVE_INFINITY
    for (let ms = 0; ms < ZOOM_MS; ms += 10) {
      expect(camera.step(1000 + ms)).toBe(true)
      expect(camera.span.x1 - camera.span.x0).toBeLessThanOrEqual(width)
      expect(camera.span.x0).toBeLessThanOrEqual(200)
      expect(camera.span.x1).toBeGreaterThanOrEqual(200.5)
      width = camera.span.x1 - camera.span.x0
    }
    expect(camera.step(1000 + ZOOM_MS)).toBe(false)
    expect(camera.span).toEqual({ x0: 200, x1: 200.5 })
  })

  it('can be interrupted: the new way starts where the old one was', () => {
    const camera = createCamera(WHOLE)
    camera.glide({ x0: 0, x1: 10 }, 0)
    camera.step(50)
    const here = camera.span
    camera.glide(WHOLE, 50)
    camera.step(50)
    expect(camera.span.x1).toBeCloseTo(here.x1)
    camera.jump({ x0: 1, x1: 2 })
    expect(camera.step(60)).toBe(false)
    expect(camera.span).toEqual({ x0: 1, x1: 2 })
  })

  it('moves between spans of equal width in a straight line', () => {
    expect(between({ x0: 0, x1: 10 }, { x0: 100, x1: 110 }, 0.5)).toEqual({ x0: 50, x1: 60 })
  })
})

describe('zoomAround', () => {
  it('keeps the point under the pointer, the width within limits and the span within the whole', () => {
    const random = seededRandom(1)
    let span = WHOLE
    for (let i = 0; i < 2000; i++) {
      const share = random()
      const at = span.x0 + share * (span.x1 - span.x0)
      const next = zoomAround(span, at, 0.2 + random() * 2, WHOLE, 0.5)
      const width = next.x1 - next.x0
      expect(width).toBeGreaterThanOrEqual(0.5 - 1e-9)
      expect(next.x0).toBeGreaterThanOrEqual(0)
      expect(next.x1).toBeLessThanOrEqual(1000 + 1e-9)
      const isFree = next.x0 > 1e-9 && next.x1 < 1000 - 1e-9
      if (isFree) expect((at - next.x0) / width).toBeCloseTo(share, 6)
      span = next
    }
  })

  it('cuts what does not fit', () => {
    expect(within({ x0: -50, x1: 50 }, WHOLE)).toEqual({ x0: 0, x1: 100 })
    expect(within({ x0: 950, x1: 1050 }, WHOLE)).toEqual({ x0: 900, x1: 1000 })
    expect(within({ x0: -50, x1: 5000 }, WHOLE)).toEqual(WHOLE)
  })
})

describe('scrollToShow', () => {
  it('always ends with the row on screen, and moves no more than it must', () => {
    const random = seededRandom(2)
    for (let i = 0; i < 5000; i++) {
      const heightPx = 40 + Math.floor(random() * 800)
      const own = Math.floor((random() - 0.5) * 4000)
      const far = random() < 0.4 ? own : own + Math.floor((random() - 0.5) * 3000)
      const by = scrollToShow(own, far, 18, heightPx)
      expect(own - by).toBeGreaterThanOrEqual(0)
      expect(own - by + 18).toBeLessThanOrEqual(heightPx)
      const isAllVisible = own >= 36 && own + 54 <= heightPx && far >= 0 && far + 18 <= heightPx
      if (isAllVisible) expect(Math.abs(by)).toBe(0)
    }
  })
})
