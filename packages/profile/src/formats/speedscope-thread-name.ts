/** What a speedscope profile is called that is one thread of a Sonde profile. Pid and tid stand as in other profiles of perf: `pid/tid: 12/34`. */
export type ThreadName = { comm: string; pid: number; tid: number; hostName: string }

export function writeThreadName({ comm, pid, tid, hostName }: ThreadName): string {
  return `${comm} pid/tid: ${pid}/${tid}${hostName === '' ? '' : ` host: ${hostName}`}`
}

/** Takes apart what `writeThreadName` made; any other name is a comm. The last `pid/tid:` counts, as a comm may hold one itself. */
export function readThreadName(name: string): ThreadName {
  const at = name.lastIndexOf(' pid/tid: ')
  const match = at < 0 ? null : /^(-1|\d{1,10})\/(-1|\d{1,10})(?: host: (.*))?$/s.exec(name.slice(at + ' pid/tid: '.length))
  if (!match) return { comm: name, pid: -1, tid: -1, hostName: '' }
  const [, pid, tid, hostName = ''] = match
  return { comm: name.slice(0, at), pid: Number(pid), tid: Number(tid), hostName }
}
