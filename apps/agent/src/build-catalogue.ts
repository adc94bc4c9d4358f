import { createHash } from 'node:crypto'
import { closeSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { type BinaryCatalogue, binaryCatalogueSchema } from '@sonde/contract'
import {
  BinaryRefusal,
  type CatalogueText,
  checkBinary,
  debugFilePath,
  ElfError,
  type ResolvedBinary,
  readBinaryCatalogue,
  readKernelCatalogues,
  resolveBinary,
} from '@sonde/tracer'
import { z } from 'zod'
import { CatalogueFolder } from './catalogue-folder.ts'
import { type CatalogueJob, type CatalogueResult, catalogueJobSchema } from './catalogue-job.ts'
import { errorText } from './durable-file.ts'
import { AGENT_VERSION } from './version.ts'

const gzipAsync = promisify(gzip)
const MAX_PIDS = 100

/** The whole life of the process that builds catalogues: job in, one line of JSON out. Never throws. */
export async function buildCatalogueProcess(job: string): Promise<void> {
  process.stdout.write(`${JSON.stringify(await build(job))}\n`)
}

async function build(text: string): Promise<CatalogueResult> {
  try {
    const job = catalogueJobSchema.parse(JSON.parse(text))
    const folder = new CatalogueFolder(path.dirname(job.folder))
    return job.what === 'kernel' ? await buildKernel(folder) : await buildBinaries(folder, job)
  } catch (error) {
    if (error instanceof BinaryRefusal) return { what: 'refused', message: error.message }
    if (error instanceof ElfError) return { what: 'refused', message: `The file cannot be read as a program: ${error.message}.` }
    return { what: 'refused', message: `What can be probed could not be read: ${errorText(error)}` }
  }
}

async function buildKernel(folder: CatalogueFolder): Promise<CatalogueResult> {
  const keys: { kind: CatalogueText['header']['kind']; key: string }[] = []
  for (const catalogue of await readKernelCatalogues()) {
    await store(folder, catalogue)
    keys.push({ kind: catalogue.header.kind, key: catalogue.key })
  }
  return { what: 'kernel', keys }
}

async function buildBinaries(folder: CatalogueFolder, job: Extract<CatalogueJob, { what: 'binary' }>): Promise<CatalogueResult> {
  const binaries = await resolveBinary(job.ref)
  try {
    for (const binary of binaries) await checkBinary(binary, job.allowed)
    const listed: BinaryCatalogue[] = []
    for (const binary of binaries) {
      const { header, key } = await catalogueOf(folder, binary)
      listed.push({ ...header, key, path: binary.shownPath, pids: binary.pids.slice(0, MAX_PIDS) })
    }
    return { what: 'binary', binaries: listed }
  } finally {
    for (const { fd } of binaries) closeSync(fd)
  }
}

const knownSchema = z.object({
  key: binaryCatalogueSchema.shape.key,
  header: binaryCatalogueSchema.omit({ key: true, path: true, pids: true }),
})

/**
 * Built once for a file as it is: by its inode, size and time of change, not by its build id, which anyone can write into a file of
 * their own. The content of equal files is the same, so nothing is sent twice for it.
 */
async function catalogueOf(folder: CatalogueFolder, binary: ResolvedBinary): Promise<z.infer<typeof knownSchema>> {
  const debug = binary.buildId === null ? null : await stat(debugFilePath(binary.buildId)).catch(() => null)
  const identity = [binary.device, binary.inode, binary.sizeBytes, binary.changedMs, debug?.ino, debug?.mtimeMs, AGENT_VERSION]
  const name = `binary-${createHash('sha256').update(JSON.stringify(identity)).digest('hex')}`
  const known = knownSchema.safeParse(await folder.note(name))
  if (known.success && (await folder.has(known.data.key))) return known.data
  const catalogue = await readBinaryCatalogue(binary)
  await store(folder, catalogue)
  const { buildId, counts, notes } = catalogue.header
  const made = { key: catalogue.key, header: { buildId, counts, notes } }
  await folder.writeNote(name, made)
  return made
}

async function store(folder: CatalogueFolder, { key, text }: CatalogueText): Promise<void> {
  if (!(await folder.has(key))) await folder.write(key, await gzipAsync(text))
}
