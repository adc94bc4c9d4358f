import { IMPORTED_FILE_LIMITS } from '@sonde/contract'

/**
 * What reading one file may take. `processBytes` and `cpuSeconds` are set on the process by the kernel, `wallMs` by who started it,
 * from when the whole file was handed over. The rest bounds what the web server has to merge and serve when the capture is opened.
 */
export type ReadLimits = {
  /** Of the file as it is uploaded. */
  fileBytes: number
  processBytes: number
  cpuSeconds: number
  wallMs: number
  /** Nothing has come of the upload for so long. */
  idleMs: number
  /** Of the profile that comes of it, in its wire format before gzip. */
  profileBytes: number
  samples: number
  stacks: number
}

export const READ_LIMITS: ReadLimits = {
  fileBytes: IMPORTED_FILE_LIMITS.fileBytes,
  processBytes: 3 * 1024 * 1024 * 1024,
  cpuSeconds: 120,
  wallMs: 180_000,
  idleMs: 30_000,
  profileBytes: 64 * 1024 * 1024,
  samples: 4_000_000,
  stacks: 4_000_000,
}
