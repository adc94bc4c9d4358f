import { readFileSync } from 'node:fs'
import type { Browser, CDPSession, Page } from '@playwright/test'
import { changedShare } from './changed-share.ts'
import type {} from './pages/viewer-page.ts'
import type { Target } from './write-inputs.ts'

/** What one viewer did with one profile, once. null: it has no such thing, or did not get there. */
export type Figures = {
  /** ms from the call to the second animation frame after it. */
  paintMs: number | null
  /** Event Timing duration of the click that zooms, to its next paint: steps of 8 ms, 16 at least. */
  zoomMs: number | null
  /** 95th percentile of the time between animation frames while the wheel zooms, and while the pointer moves. */
  wheelMs: number | null
  hoverMs: number | null
  /** ms from the call to the second animation frame after it. */
  searchMs: number | null
  /** After garbage collection, beyond what the page had with the input in memory: JavaScript's heap, and the renderer process. */
  heapMb: number | null
  rssMb: number | null
}

const NOTHING: Figures = { paintMs: null, zoomMs: null, wheelMs: null, hoverMs: null, searchMs: null, heapMb: null, rssMb: null }
const WHEEL_TURNS = 60

export type Plan = {
  url: string
  timeoutMs: number
  /** What to search for. */
  search: string
  /** speedscope is an application that opens a file by itself; all others are pages of ours with the viewer inside. */
  mode: 'page' | 'speedscope'
  target: Target
}

/** Opens the page in a process of its own, and does with it what a reader does. Throws nothing for a viewer that gives up: its figures end there. */
export async function measure(browser: Browser, plan: Plan, note: (text: string) => void): Promise<Figures> {
  const figures = { ...NOTHING }
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  // tsx marks functions by a helper of its own, which the page does not have.
  await context.addInitScript({ content: 'globalThis.__name = (named) => named' })
  const page = await context.newPage()
  page.setDefaultTimeout(plan.timeoutMs)
  let broken: Error | null = null
  page.on('pageerror', (error) => {
    broken ??= error
  })
  const cdp = await context.newCDPSession(page)
  try {
    const memory = await rendererMemory(browser, cdp)
    if (plan.mode === 'speedscope') await paintSpeedscope(page, plan, figures, memory)
    else await paintPage(page, plan, figures, memory)
    // A viewer that threw has drawn nothing, quickly.
    if (broken) throw broken
    await hover(page, figures)
    await search(page, plan, figures)
    await zoom(page, plan, figures)
    await wheel(page, plan, figures)
  } catch (error) {
    if (broken) Object.assign(figures, NOTHING)
    note(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error))
  } finally {
    await context.close({ reason: 'measured' }).catch(() => {})
  }
  return figures
}

type Memory = () => Promise<{ heap: number; rss: number }>

/** Of the page's process, garbage collected first. The process is new, since contexts share none and the page's site is one of its own. */
async function rendererMemory(browser: Browser, cdp: CDPSession): Promise<Memory> {
  const system = await browser.newBrowserCDPSession()
  const { processInfo } = await system.send('SystemInfo.getProcessInfo')
  const known = processInfo.filter((process) => process.type === 'renderer').map((process) => process.id)
  return async () => {
    await cdp.send('HeapProfiler.collectGarbage')
    await cdp.send('HeapProfiler.collectGarbage')
    const { usedSize } = await cdp.send('Runtime.getHeapUsage')
    const now = await system.send('SystemInfo.getProcessInfo')
    const renderers = now.processInfo.filter((process) => process.type === 'renderer' && known.includes(process.id))
    return { heap: usedSize, rss: Math.max(0, ...renderers.map((process) => rssOf(process.id))) }
  }
}

function rssOf(pid: number): number {
  const kb = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kb ?? 0) * 1024
}

const twoFrames = () =>
  new Promise<number>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now()))))

async function paintPage(page: Page, plan: Plan, figures: Figures, memory: Memory): Promise<void> {
  await page.goto(plan.url)
  await page.evaluate(() => window.viewer.prepare())
  const before = await memory()
  const shown = page.evaluate(async () => {
    const startedMs = performance.now()
    await window.viewer.show()
    return new Promise<number>((resolve) =>
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - startedMs))),
    )
  })
  figures.paintMs = await within(shown, plan.timeoutMs)
  await noteMemory(figures, before, memory)
}

/** speedscope takes its file from its address: from the end of the response to the second frame after its title names the profile. */
async function paintSpeedscope(page: Page, plan: Plan, figures: Figures, memory: Memory): Promise<void> {
  await page.addInitScript(() => {
    const painted = new Promise<number>((resolve) => {
      const look = () => {
        if (document.querySelectorAll('canvas').length < 3) return requestAnimationFrame(look)
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now())))
        return 0
      }
      requestAnimationFrame(look)
    })
    Object.assign(window, { painted })
  })
  await page.goto(plan.url.split('#')[0] ?? '')
  const before = await memory()
  await page.goto(plan.url)
  await page.reload()
  const ms = page.evaluate(async () => {
    const at = await (window as unknown as { painted: Promise<number> }).painted
    const response = performance.getEntriesByType('resource').find((entry) => entry.name.endsWith('speedscope.json'))
    return at - ((response as PerformanceResourceTiming | undefined)?.responseEnd ?? Number.NaN)
  })
  figures.paintMs = await within(ms, plan.timeoutMs)
  await noteMemory(figures, before, memory)
}

async function noteMemory(figures: Figures, before: { heap: number; rss: number }, memory: Memory): Promise<void> {
  const after = await memory()
  figures.heapMb = (after.heap - before.heap) / 1e6
  figures.rssMb = (after.rss - before.rss) / 1e6
}

/** Times between animation frames from now to `take()`. */
async function watchFrames(page: Page): Promise<{ take(): Promise<number> }> {
  await page.evaluate(() => {
    const times: number[] = []
    const state = { times, on: true }
    const tick = (ms: number) => {
      times.push(ms)
      if (state.on) requestAnimationFrame(tick)
    }
    requestAnimationFrame(tick)
    Object.assign(window, { frameTimes: state })
  })
  return {
    take: () =>
      page.evaluate(() => {
        const state = (window as unknown as { frameTimes: { times: number[]; on: boolean } }).frameTimes
        state.on = false
        const gaps = state.times.slice(1).map((ms, i) => ms - (state.times[i] ?? ms))
        gaps.sort((a, b) => a - b)
        return gaps[Math.min(gaps.length - 1, Math.floor(gaps.length * 0.95))] ?? Number.NaN
      }),
  }
}

async function hover(page: Page, figures: Figures): Promise<void> {
  const frames = await watchFrames(page)
  for (let i = 0; i < WHEEL_TURNS; i++) {
    await page.mouse.move(200 + i * 16, 150 + ((i * 53) % 400))
    await page.evaluate(() => new Promise(requestAnimationFrame))
  }
  figures.hoverMs = await frames.take()
}

async function search(page: Page, plan: Plan, figures: Figures): Promise<void> {
  const has = await page.evaluate(() => typeof window.viewer?.search === 'function')
  if (!has) return
  figures.searchMs = await page.evaluate(async (text) => {
    const startedMs = performance.now()
    await window.viewer.search?.(text)
    return new Promise<number>((resolve) =>
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - startedMs))),
    )
  }, plan.search)
  await page.evaluate(() => window.viewer.search?.(''))
  await page.evaluate(twoFrames)
}

/** Where speedscope's chart begins, below its bar and its overview, and how high its rows are; it has no row for the root. */
const SPEEDSCOPE = { topPx: 142, rowPx: 20 }

async function zoom(page: Page, plan: Plan, figures: Figures): Promise<void> {
  const { xShare, depth } = plan.target
  const target =
    plan.mode === 'speedscope'
      ? { x: xShare * 1440, y: SPEEDSCOPE.topPx + (depth - 0.5) * SPEEDSCOPE.rowPx }
      : await page.evaluate(() => window.viewer.target?.() ?? null)
  if (!target) return
  await page.mouse.move(target.x, target.y)
  await page.evaluate(twoFrames)
  await page.evaluate(() => {
    const seen: { name: string; duration: number }[] = []
    new PerformanceObserver((list) => {
      for (const { name, duration } of list.getEntries()) seen.push({ name, duration })
    }).observe({ type: 'event', durationThreshold: 16, buffered: false } as PerformanceObserverInit)
    Object.assign(window, { eventTimes: seen })
  })
  const before = await page.screenshot()
  await page.mouse.click(target.x, target.y, plan.mode === 'speedscope' ? { clickCount: 2 } : {})
  await page.waitForTimeout(1500)
  // What is under the pointer is drawn differently anyway; a zoom changes much more than that.
  const after = await page.screenshot()
  const slowest = await page.evaluate(() => {
    const seen = (window as unknown as { eventTimes: { name: string; duration: number }[] }).eventTimes
    return Math.max(
      16,
      ...seen
        .filter(({ name }) => ['pointerdown', 'pointerup', 'mouseup', 'click', 'dblclick'].includes(name))
        .map((entry) => entry.duration),
    )
  })
  figures.zoomMs = changedShare(before, after) > 0.1 ? slowest : null
}

async function wheel(page: Page, plan: Plan, figures: Figures): Promise<void> {
  const zooms = plan.mode === 'speedscope' || (await page.evaluate(() => window.viewer.wheelZooms))
  if (!zooms) return
  await page.mouse.move(700, 300)
  const frames = await watchFrames(page)
  await page.keyboard.down('Control')
  for (let i = 0; i < WHEEL_TURNS; i++) {
    await page.mouse.wheel(0, i < WHEEL_TURNS / 2 ? -60 : 60)
    await page.evaluate(() => new Promise(requestAnimationFrame))
  }
  await page.keyboard.up('Control')
  figures.wheelMs = await frames.take()
}

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no picture after ${ms / 1000} s`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
