import { PNG } from 'pngjs'

/** Share of the pixels that differ between two screenshots of one size. A zoom changes most of a picture, a hover a few rows. */
export function changedShare(before: Buffer, after: Buffer): number {
  const [a, b] = [PNG.sync.read(before), PNG.sync.read(after)]
  if (a.width !== b.width || a.height !== b.height) throw new Error('screenshots of different sizes')
  let changed = 0
  for (let i = 0; i < a.data.length; i += 4) {
    if (a.data[i] !== b.data[i] || a.data[i + 1] !== b.data[i + 1] || a.data[i + 2] !== b.data[i + 2]) changed++
  }
  return changed / (a.data.length / 4)
}
