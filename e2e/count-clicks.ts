import type { Page } from '@playwright/test'

/**
 * Counts what the pointer presses on a page from now on, through all its navigations: the clicks of a journey. A drag is one; what is
 * typed, and what a key presses, is none.
 */
export async function countClicks(page: Page): Promise<{ soFar: () => number }> {
  let clicks = 0
  await page.exposeFunction('sondeClicked', () => {
    clicks += 1
  })
  const listen = () => {
    window.addEventListener('pointerdown', (event) => event.isTrusted && Reflect.get(window, 'sondeClicked')(), { capture: true })
  }
  await page.addInitScript(listen)
  await page.evaluate(listen)
  return { soFar: () => clicks }
}
