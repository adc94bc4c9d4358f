import { readFile } from 'node:fs/promises'

export const PRESSURE_RESOURCES = ['cpu', 'memory', 'io'] as const
export type PressureResource = (typeof PRESSURE_RESOURCES)[number]

/** `shares`: percent of time, by `some avg10`; null where it cannot be read, and then `problem` says why. */
export type Pressure = { shares: Record<PressureResource, number | null>; problem: string | null }

/** The `some avg10=` of one of /proc/pressure/* (Documentation/accounting/psi.rst), in percent; null where the text has none. */
export function parsePressure(text: string): number | null {
  const value = Number(/^some avg10=(\d+(?:\.\d+)?)\s/m.exec(text)?.[1] ?? Number.NaN)
  return Number.isFinite(value) ? Math.min(100, value) : null
}

/** Pressure stall information of this host. Never throws. */
export async function readPressure(): Promise<Pressure> {
  let problem: string | null = null
  const read = async (resource: PressureResource): Promise<number | null> => {
    try {
      const share = parsePressure(await readFile(`/proc/pressure/${resource}`, 'utf8'))
      if (share === null) problem ??= `/proc/pressure/${resource} is not in the form that the kernel documents.`
      return share
    } catch (error) {
      problem ??= pressureProblem(error instanceof Error && 'code' in error ? String(error.code) : 'error')
      return null
    }
  }
  const [cpu, memory, io] = await Promise.all([read('cpu'), read('memory'), read('io')])
  return { shares: { cpu, memory, io }, problem }
}

/** A kernel that was built with PSI but started without it has the files and refuses to read them. */
export function pressureProblem(code: string): string {
  if (code === 'ENOENT') return 'The kernel has no pressure stall information (CONFIG_PSI, Linux 4.20 or later).'
  if (code === 'EOPNOTSUPP' || code === 'ENOTSUP')
    return 'Pressure stall information is switched off: start the kernel with psi=1 on its command line.'
  return `/proc/pressure cannot be read (${code}).`
}
