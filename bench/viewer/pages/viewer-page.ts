/** What every page of the bench offers to measure.ts, as `window.viewer`. */
export type ViewerPage = {
  /** Fetches the input and brings it into the form that the viewer takes, in memory. Not timed. */
  prepare(): Promise<void>
  /** Hands the input to the viewer; the time from here to the second animation frame is the first paint. */
  show(): void | Promise<void>
  /** Where to click for a zoom: the middle of a frame 10 to 30 % of the picture wide, in CSS pixels of the page. Left out where a click does not zoom. */
  target?: () => Promise<{ x: number; y: number } | null>
  /** The wheel, with Control held, zooms. */
  wheelZooms: boolean
  /** Searches; resolves when the viewer says that it has found, or at once where it works before it returns. */
  search?: (text: string) => void | Promise<void>
}

declare global {
  interface Window {
    viewer: ViewerPage
  }
}

/** The target of write-inputs.ts in a picture 1440 pixels wide. */
export async function targetAt(topPx: number, rowPx: number): Promise<{ x: number; y: number }> {
  const { xShare, depth }: { xShare: number; depth: number } = await (await fetch('target.json')).json()
  return { x: xShare * 1440, y: topPx + depth * rowPx + rowPx / 2 }
}

export const box = () => {
  const element = document.getElementById('graph')
  if (!element) throw new Error('the page has no #graph')
  return element
}
