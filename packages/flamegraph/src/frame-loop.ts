/** Asks the browser for a frame to paint in, once however often it is asked. */
export class FrameLoop {
  private request = 0

  constructor(
    private readonly browser: Window,
    private readonly paint: () => void,
  ) {}

  invalidate(): void {
    if (this.request === 0) this.request = this.browser.requestAnimationFrame(() => this.paintNow())
  }

  /** Without waiting, in place of the frame that was asked for. */
  paintNow(): void {
    this.stop()
    this.paint()
  }

  stop(): void {
    this.browser.cancelAnimationFrame(this.request)
    this.request = 0
  }
}
