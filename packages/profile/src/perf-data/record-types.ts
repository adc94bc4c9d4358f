/**
 * Numbers of the perf.data format that the reader needs. Sources: the kernel's include/uapi/linux/perf_event.h and
 * tools/perf/Documentation/perf.data-file-format.txt (types from 64 on are perf's own).
 */
export const RECORD = {
  mmap: 1,
  lost: 2,
  comm: 3,
  exit: 4,
  throttle: 5,
  unthrottle: 6,
  fork: 7,
  sample: 9,
  mmap2: 10,
  lostSamples: 13,
  switch: 14,
  switchCpuWide: 15,
  namespaces: 16,
  ksymbol: 17,
  headerAttr: 64,
  tracingData: 66,
  headerBuildId: 67,
  finishedRound: 68,
  auxtrace: 71,
  eventUpdate: 78,
  headerFeature: 80,
  compressed: 81,
  finishedInit: 82,
  compressed2: 83,
} as const

/** Low bits of a record's `misc`. */
export const MISC = { cpuModeMask: 7, kernel: 1, user: 2, commExec: 1 << 13, forkExec: 1 << 13, switchOut: 1 << 13 } as const

/** perf_event_attr.sample_type: which fields a sample has, in the order in which they are laid out (identifier comes first). */
export const SAMPLE = {
  ip: 1 << 0,
  tid: 1 << 1,
  time: 1 << 2,
  addr: 1 << 3,
  read: 1 << 4,
  callchain: 1 << 5,
  id: 1 << 6,
  cpu: 1 << 7,
  period: 1 << 8,
  streamId: 1 << 9,
  raw: 1 << 10,
  branchStack: 1 << 11,
  userRegs: 1 << 12,
  userStack: 1 << 13,
  identifier: 1 << 16,
} as const

/** perf_event_attr.type */
export const EVENT_TYPE = { hardware: 0, software: 1, tracepoint: 2 } as const
/** perf_event_attr.config of software events. */
export const SOFTWARE_CONFIG = { cpuClock: 0, dummy: 9 } as const

/** perf_event_attr.read_format */
export const READ_FORMAT = { totalTimeEnabled: 1, totalTimeRunning: 2, id: 4, group: 8, lost: 16 } as const

/** perf_event_attr's bit field (byte 40): trailing sample_id fields on all records. */
export const ATTR_SAMPLE_ID_ALL_BIT = 18

/** Entries of a callchain at or above this (as low 32 bits, with all-ones above) are context markers, not addresses. */
export const CONTEXT_LOW_MIN = 0xfffff001
export const CONTEXT_LOW = { kernel: 0xffffff80, user: 0xfffffe00 } as const

export const PIPE_HEADER_BYTES = 16
export const FILE_HEADER_BYTES = 104
/** "PERFILE2", little-endian. */
export const MAGIC = [0x50, 0x45, 0x52, 0x46, 0x49, 0x4c, 0x45, 0x32] as const
