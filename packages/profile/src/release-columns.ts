/** As engines since 2023 have it; Node 20 does not. */
type Transferable = ArrayBufferLike & { transfer?: (byteLength: number) => ArrayBuffer }

/**
 * Gives the memory of columns that nobody will read again back at once, where the engine can (`ArrayBuffer.prototype.transfer`). A
 * million rows leave tens of megabytes of scratch columns, and a worker that has nothing to do collects no garbage.
 */
export function releaseColumns(...columns: (ArrayBufferView | null)[]): void {
  for (const column of columns) {
    const buffer: Transferable | undefined = column?.buffer
    if (buffer && buffer.byteLength > 0) buffer.transfer?.(0)
  }
}
