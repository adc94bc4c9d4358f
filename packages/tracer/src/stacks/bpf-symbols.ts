/**
 * Code that is loaded into the kernel while it runs (BPF programs), from perf's KSYMBOL records, which bring address, length and name.
 * perf could resolve these too, but perf 6.1 was seen to end with "failed to process type: 17" where many come and go, and all
 * names after that would be lost.
 */
export class BpfSymbols {
  private symbols: { start: number; end: number; name: string }[] = []

  /** `start`: see `relative`. */
  register(start: number, lengthBytes: number, name: string): void {
    this.unregister(start)
    this.symbols.push({ start, end: start + lengthBytes, name })
  }

  unregister(start: number): void {
    this.symbols = this.symbols.filter((symbol) => symbol.start !== start)
  }

  lookup(high: number, low: number): string | null {
    if (this.symbols.length === 0) return null
    const address = relative(high, low)
    return this.symbols.find(({ start, end }) => address >= start && address < end)?.name ?? null
  }
}

/** A kernel address as its distance from 0xffffffff00000000, so that a double holds it exactly. */
export function relative(high: number, low: number): number {
  return (high - 0xffffffff) * 4_294_967_296 + low
}
