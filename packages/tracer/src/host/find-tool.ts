import { access, constants } from 'node:fs/promises'
import { SEARCH_PATH } from '../run/guarded-child.ts'

/** Full path of a program on the fixed search path, null where it is not installed. */
export async function findTool(name: string): Promise<string | null> {
  for (const folder of SEARCH_PATH.split(':')) {
    const path = `${folder}/${name}`
    try {
      await access(path, constants.X_OK)
      return path
    } catch {
      // not in this folder
    }
  }
  return null
}
