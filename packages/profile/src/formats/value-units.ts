import type { ProfileMeta } from '../profile.ts'

/** A unit as other formats write it: what weights are in here, and what a value is multiplied by to be that. */
export type ValueUnit = { unit: ProfileMeta['unit']; scale: number }

const UNITS: Record<string, ValueUnit> = {
  nanoseconds: { unit: 'ns', scale: 1 },
  ns: { unit: 'ns', scale: 1 },
  microseconds: { unit: 'ns', scale: 1e3 },
  us: { unit: 'ns', scale: 1e3 },
  milliseconds: { unit: 'ns', scale: 1e6 },
  ms: { unit: 'ns', scale: 1e6 },
  seconds: { unit: 'ns', scale: 1e9 },
  s: { unit: 'ns', scale: 1e9 },
  bytes: { unit: 'bytes', scale: 1 },
  byte: { unit: 'bytes', scale: 1 },
  kilobytes: { unit: 'bytes', scale: 1024 },
  kb: { unit: 'bytes', scale: 1024 },
  megabytes: { unit: 'bytes', scale: 1024 * 1024 },
  mb: { unit: 'bytes', scale: 1024 * 1024 },
}

/** Units that are no time and no size count something. */
export function valueUnit(name: string): ValueUnit {
  return Object.hasOwn(UNITS, name) ? (UNITS[name] ?? COUNT) : COUNT
}

const COUNT: ValueUnit = { unit: 'count', scale: 1 }
