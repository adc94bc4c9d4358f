import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from '@playwright/test'

const folder = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), 'docs/screenshots')
const WIDE = { width: 1440, height: 900 }
const NARROW = { width: 390, height: 844 }

/**
 * Writes docs/screenshots/<name>-{light,dark}-{wide,narrow}.png, for the README; only with SONDE_SCREENSHOTS=1. Leaves the
 * page wide and light. Frames of the demo show the folder that the repository is in: take the pictures from a clone in a
 * neutral place, on a machine that does nothing else.
 */
export async function takeScreenshots(page: Page, name: string, ready: () => Promise<void>): Promise<void> {
  if (process.env.SONDE_SCREENSHOTS !== '1') return
  const focused = page.locator(':focus')
  if ((await focused.count()) > 0) await focused.blur()
  for (const [size, viewport] of Object.entries({ wide: WIDE, narrow: NARROW })) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize(viewport)
      await page.emulateMedia({ colorScheme })
      await ready()
      await page.screenshot({ path: path.join(folder, `${name}-${colorScheme}-${size}.png`), animations: 'disabled', caret: 'hide' })
    }
  }
  await page.setViewportSize(WIDE)
  await page.emulateMedia({ colorScheme: 'light' })
  await ready()
}
