import { readFile } from 'node:fs/promises'

/** '' where the file cannot be read: a process that is gone (ENOENT, ESRCH), a kernel without the feature, no permission. */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    return ''
  }
}
