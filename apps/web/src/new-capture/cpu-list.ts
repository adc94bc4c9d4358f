const MAX_CPU = 8_191
const MAX_LENGTH = 256

export type CpuList = { ok: true; cpus: number[] } | { ok: false; message: string }

/** CPUs as the kernel writes them, `0-3,8` → [0, 1, 2, 3, 8]: sorted, each once. Empty text: no CPUs. */
export function parseCpuList(text: string): CpuList {
  const cpus = new Set<number>()
  for (const part of text.split(',').map((p) => p.trim())) {
    if (part === '') continue
    const range = /^(\d{1,5})(?:\s*-\s*(\d{1,5}))?$/.exec(part)
    if (range === null) return { ok: false, message: 'CPUs are written like 0-3,8.' }
    const from = Number(range[1])
    const to = range[2] === undefined ? from : Number(range[2])
    if (to > MAX_CPU) return { ok: false, message: `There is no CPU above ${MAX_CPU}.` }
    if (to < from) return { ok: false, message: `${part} goes backwards.` }
    if (to - from >= MAX_LENGTH) return { ok: false, message: `At most ${MAX_LENGTH} CPUs can be picked.` }
    for (let cpu = from; cpu <= to; cpu++) cpus.add(cpu)
  }
  if (cpus.size > MAX_LENGTH) return { ok: false, message: `At most ${MAX_LENGTH} CPUs can be picked.` }
  return { ok: true, cpus: [...cpus].sort((a, b) => a - b) }
}

/** The opposite: ranges where they are shorter. */
export function formatCpuList(cpus: readonly number[]): string {
  const sorted = [...new Set(cpus)].sort((a, b) => a - b)
  const parts: string[] = []
  for (let i = 0; i < sorted.length; ) {
    const from = sorted[i] ?? 0
    let to = from
    while (sorted[i + 1] === to + 1) {
      to++
      i++
    }
    i++
    parts.push(from === to ? String(from) : `${from}-${to}`)
  }
  return parts.join(',')
}
