/**
 * The buffers of all typed arrays in plain data, each once, to hand them to another thread without a copy. `keep`: buffers
 * that the sender goes on using; those are left to be copied.
 */
export function transferables(value: unknown, keep: (buffer: ArrayBufferLike) => boolean): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>()
  const look = (at: unknown): void => {
    if (ArrayBuffer.isView(at)) {
      if (at.buffer instanceof ArrayBuffer && !keep(at.buffer)) found.add(at.buffer)
    } else if (Array.isArray(at)) {
      // Lists of names are long and hold no buffers.
      if (typeof at[0] === 'object') at.forEach(look)
    } else if (typeof at === 'object' && at !== null) Object.values(at).forEach(look)
  }
  look(value)
  return [...found]
}
