import { visibleText } from '@sonde/ui'

const MAX_SHOWN = 300

/** A name from a host, for a place of one line: nothing in it acts, and what is very long is cut. */
export function functionName(name: string): string {
  const whole = name === '' ? '(no name)' : name
  return visibleText(whole.length > MAX_SHOWN ? `${whole.slice(0, MAX_SHOWN)}…` : whole)
}

/** A library as it is known: the last part of its path. */
export const libraryName = (module: string): string => functionName(module.slice(module.lastIndexOf('/') + 1) || module)
