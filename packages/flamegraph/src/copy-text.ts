/** Puts text on the clipboard, also on plain http, where the browser has no Clipboard API. False if the browser refused. */
export async function copyText(text: string, document: Document): Promise<boolean> {
  const clipboard = document.defaultView?.navigator.clipboard
  if (clipboard) {
    try {
      await clipboard.writeText(text)
      return true
    } catch {
      // No permission or no focus: the old way may still work.
    }
  }
  const area = document.createElement('textarea')
  const focused = document.activeElement
  area.value = text
  area.style.cssText = 'position:fixed;opacity:0;pointer-events:none'
  document.body.append(area)
  area.select()
  const done = document.execCommand('copy')
  area.remove()
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true })
  return done
}
