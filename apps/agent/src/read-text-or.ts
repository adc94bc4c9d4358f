import { readFile } from 'node:fs/promises'

/** A file's text; `instead` where it cannot be read. */
export async function readTextOr(file: string, instead: string): Promise<string> {
  return await readFile(file, 'utf8').catch(() => instead)
}
