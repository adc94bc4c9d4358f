import { frameOfSymbolText, type ResolvedFrame, UNKNOWN_USER_FRAME } from './symbol-text.ts'

/** Which frame each address of an AddressTable is: 0, the unknown frame, until somebody has said. Equal frames are one. */
export class FrameNames {
  private readonly frames: ResolvedFrame[] = [UNKNOWN_USER_FRAME]
  private readonly byFrame = new Map<string, number>()
  private readonly byUserText = new Map<string, number>()
  private readonly byKernelText = new Map<string, number>()
  private readonly frameOf: number[] = []

  /** How many frames there are, the unknown one included. */
  get length(): number {
    return this.frames.length
  }

  /** An address that nobody has named yet. */
  add(address: number): void {
    this.frameOf[address] = 0
  }

  /** perf's words for an address, `symbol (dso)`. */
  setText(address: number, text: string, inKernel: boolean): void {
    const index = inKernel ? this.byKernelText : this.byUserText
    let frame = index.get(text)
    if (frame === undefined) {
      frame = this.frames.push(frameOfSymbolText(text, inKernel)) - 1
      index.set(text, frame)
    }
    this.frameOf[address] = frame
  }

  /** A name for an address that did not come from perf. */
  setFrame(address: number, frame: ResolvedFrame): void {
    const key = `${frame.kind} ${frame.raw}`
    let index = this.byFrame.get(key)
    if (index === undefined) {
      index = this.frames.push(frame) - 1
      this.byFrame.set(key, index)
    }
    this.frameOf[address] = index
  }

  /** Number of an address's frame, from 0 to `length`. */
  indexOf(address: number): number {
    return this.frameOf[address] ?? 0
  }

  at(index: number): ResolvedFrame {
    return this.frames[index] ?? UNKNOWN_USER_FRAME
  }

  of(address: number): ResolvedFrame {
    return this.at(this.indexOf(address))
  }
}
