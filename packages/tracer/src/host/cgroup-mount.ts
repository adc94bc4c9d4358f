import { readText } from './read-text.ts'

export type CgroupMounts = {
  /** Where cgroup v2 is mounted: /sys/fs/cgroup, or /sys/fs/cgroup/unified on a hybrid host. Null where it is not. */
  v2: string | null
  /** perf_event is bound to a v1 hierarchy: perf then looks cgroups up there, where the v2 paths do not exist. */
  perfEventIsV1: boolean
}

/** Reads /proc/self/mountinfo (proc(5)): `… <mount point> <options> … - <type> <source> <super options>`. */
export function parseCgroupMounts(mountinfo: string): CgroupMounts {
  const mounts: CgroupMounts = { v2: null, perfEventIsV1: false }
  for (const line of mountinfo.split('\n')) {
    const [before, after] = line.split(' - ')
    const [type, , superOptions = ''] = after?.split(' ') ?? []
    const mountPoint = before?.split(' ')[4]?.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    if (type === 'cgroup2' && mountPoint !== undefined) mounts.v2 ??= mountPoint
    if (type === 'cgroup' && superOptions.split(',').includes('perf_event')) mounts.perfEventIsV1 = true
  }
  return mounts
}

export async function cgroupMounts(): Promise<CgroupMounts> {
  return parseCgroupMounts(await readText('/proc/self/mountinfo'))
}
