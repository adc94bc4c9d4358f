import type { ImportLimits } from '../import-limits.ts'

/** `1 line`, `2,345 lines`: for sentences about a file. */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? singular : plural}`
}

export function cutNameNotes(cutNames: number, limits: ImportLimits): string[] {
  return cutNames === 0 ? [] : [`${counted(cutNames, 'name')} cut after ${counted(limits.nameLength, 'character')}`]
}
