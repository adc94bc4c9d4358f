/**
 * `cpu-profile-of-checkout-20261130T0105Z-offcpu.svg`: a name that every file system takes, of a title that anyone may have typed. The time
 * is UTC. Letters and digits of any script stay; all else becomes a hyphen.
 */
export function downloadName(title: string, at: Date, part: string, extension: string): string {
  const clean = title.normalize('NFC').replace(/[^\p{L}\p{N}_]+/gu, '-')
  const short = Array.from(clean)
    .slice(0, 60)
    .join('')
    .replace(/^-+|-+$/g, '')
    .toLowerCase()
  const time = at.toISOString().replace(/[-:]|\d\d\.\d+(?=Z)/g, '')
  return `${[short || 'capture', time, part].filter((piece) => piece !== '').join('-')}.${extension}`
}
